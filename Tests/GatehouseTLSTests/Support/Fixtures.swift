// Certificates for tests, made once with `openssl req`, `openssl ca` and `openssl pkcs8`. The keys guard nothing.
@testable import GatehouseTLS

enum Fixtures {
    /// The test authority.
    static let authority = pem(
        """
        -----BEGIN CERTIFICATE-----
        MIIBjjCCATSgAwIBAgIUSNqHZgsqw5AjvbfQvcaJZcTJqDYwCgYIKoZIzj0EAwIw
        LDEYMBYGA1UECgwPR2F0ZWhvdXNlIFRlc3RzMRAwDgYDVQQDDAdUZXN0IENBMCAX
        DTI2MTEyMzE1MzU1N1oYDzIxMjUwNjE3MTUzNTU3WjAsMRgwFgYDVQQKDA9HYXRl
        aG91c2UgVGVzdHMxEDAOBgNVBAMMB1Rlc3QgQ0EwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAAT/f5Sc3QotxV9gZ0Kzh5miEWA+x5N19uuX6oQiLDepFiLHiN+fdL4u
        liSk+eZT5zpGt1oAJc7iTDktt373PPrgozIwMDAPBgNVHRMBAf8EBTADAQH/MB0G
        A1UdDgQWBBTS97kXm9zHOb3LcuRy1fNlEu9AlzAKBggqhkjOPQQDAgNIADBFAiEA
        ttHE4r7BPyRauHWd2y0YLWDo2Fsts/rTFhrNvW6TGlgCIApQ1zodpw3kiMxP1e0a
        n8Iw1hXhznMLazWAkk1+QydI
        -----END CERTIFICATE-----
        """)

    /// Signed by the authority, 2020 to 2124; its subject has a comma and letters outside of ASCII.
    static let goodCertificate = pem(
        """
        -----BEGIN CERTIFICATE-----
        MIIBqDCCAU6gAwIBAgICEAMwCgYIKoZIzj0EAwIwLDEYMBYGA1UECgwPR2F0ZWhv
        dXNlIFRlc3RzMRAwDgYDVQQDDAdUZXN0IENBMCAXDTIwMDEwMTAwMDAwMFoYDzIx
        MjQwMTAxMDAwMDAwWjA9MQswCQYDVQQGEwJERTEYMBYGA1UECgwPTcO8bGxlciwg
        U8O2aG5lMRQwEgYDVQQDDAtnb29kIGNsaWVudDBZMBMGByqGSM49AgEGCCqGSM49
        AwEHA0IABKMwWPk5I0+rWpvJQ6sH47OtYMqAoBZ/AJDOJETvQZs0iZ8LkzSPC2Em
        /IJJ7cpIepD4Wrxb0DKwAXOdNcRVECejTTBLMAkGA1UdEwQCMAAwHQYDVR0OBBYE
        FOqDXMl3OAjr7KVPk+SAHO2tYvM0MB8GA1UdIwQYMBaAFNL3uReb3Mc5vcty5HLV
        82US70CXMAoGCCqGSM49BAMCA0gAMEUCIQD/AB1ZCsmp8HkPqn6Bxf67e0u8gUk2
        uPm6GFQH3xuCIQIgI+Pca7lpbZLK+YZQeUa+nSar4Oo3lpofgxSLBP6FM/A=
        -----END CERTIFICATE-----
        """)

    static let goodKey = pem(
        """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgj81e5Q65vI9rix1G
        wFzlnzLRR46OndFBdATfnXwlkwGhRANCAASjMFj5OSNPq1qbyUOrB+OzrWDKgKAW
        fwCQziRE70GbNImfC5M0jwthJvyCSe3KSHqQ+Fq8W9AysAFznTXEVRAn
        -----END PRIVATE KEY-----
        """)

    /// `goodKey`, encrypted with the password "secret".
    static let lockedKey = pem(
        """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiFwHLmCJfEhAICCAAw
        DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEBSRPBfHZVZNnPuppki2UCYEgZCz
        +w/lZqXyyFEnOpftypsWfTtE7WLsfRmX/cRE2OaT8zcHDBpxqUIywpl5vEUcclk/
        PrRfisKo9ZO4usLX/FMXAXlS3drTaToMbg/c95AzLuY6kaTQb0GA2S1e3rNVr4NN
        GiH8BI3AtXmdWjyZ2ZPaAqKoD9rhSJC/r1pJi+6hpEWoDiukPbZMGkNnKwi1rfA=
        -----END ENCRYPTED PRIVATE KEY-----
        """)

    /// Signed by the authority, ended in 2021.
    static let expiredCertificate = pem(
        """
        -----BEGIN CERTIFICATE-----
        MIIBgTCCASigAwIBAgICEAEwCgYIKoZIzj0EAwIwLDEYMBYGA1UECgwPR2F0ZWhv
        dXNlIFRlc3RzMRAwDgYDVQQDDAdUZXN0IENBMB4XDTIwMDEwMTAwMDAwMFoXDTIx
        MDEwMTAwMDAwMFowGTEXMBUGA1UEAwwOZXhwaXJlZCBjbGllbnQwWTATBgcqhkjO
        PQIBBggqhkjOPQMBBwNCAASrvtpD1x4DqDos50LdBSoZuiT5CgIklBZYUPyY5nCz
        oa1R1zFTHevI3snhW8BbQsDEoEasW1VHQnoz6LbYmo2io00wSzAJBgNVHRMEAjAA
        MB0GA1UdDgQWBBRQw3Cps7fxc24GjcHYg7GSrGL5eTAfBgNVHSMEGDAWgBTS97kX
        m9zHOb3LcuRy1fNlEu9AlzAKBggqhkjOPQQDAgNHADBEAiAaom1xRZwhlB+Xj7MK
        ZLWwpqIwLsS6OkK5L3XDyEE9ngIgZ8fBHv/TDmH5m/2Rf2D04dfQrNMRJmb3iYKx
        s7pqgcE=
        -----END CERTIFICATE-----
        """)

    static let expiredKey = pem(
        """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgFpfcxfYQOkMDH9BF
        PM0b5We/OUF/gI50aDCjeE/Db8ehRANCAASrvtpD1x4DqDos50LdBSoZuiT5CgIk
        lBZYUPyY5nCzoa1R1zFTHevI3snhW8BbQsDEoEasW1VHQnoz6LbYmo2i
        -----END PRIVATE KEY-----
        """)

    /// Signed by the authority and on its revocation list.
    static let revokedCertificate = pem(
        """
        -----BEGIN CERTIFICATE-----
        MIIBhDCCASqgAwIBAgICEAIwCgYIKoZIzj0EAwIwLDEYMBYGA1UECgwPR2F0ZWhv
        dXNlIFRlc3RzMRAwDgYDVQQDDAdUZXN0IENBMCAXDTIwMDEwMTAwMDAwMFoYDzIx
        MjQwMTAxMDAwMDAwWjAZMRcwFQYDVQQDDA5yZXZva2VkIGNsaWVudDBZMBMGByqG
        SM49AgEGCCqGSM49AwEHA0IABM5GLQZVSgohFLtoJ7tdaNMZj6zRK+lxOEFHFATV
        O6TmevYt+7vtsB7Y/wqIC/8jIqCowv+WrTcCZPUthwm2k7KjTTBLMAkGA1UdEwQC
        MAAwHQYDVR0OBBYEFOSgkg3Qto+VHVij0LAIrH+9C3+fMB8GA1UdIwQYMBaAFNL3
        uReb3Mc5vcty5HLV82US70CXMAoGCCqGSM49BAMCA0gAMEUCIFqRey8qkdaGtEv8
        pJkf/ZQjGU4VCPlDZI0Jx0K3bZX5AiEAjVe5O3r8hsGzMD+o+kPtBarCMhBZePGU
        MmZ4ocxQP+Y=
        -----END CERTIFICATE-----
        """)

    static let revokedKey = pem(
        """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgawRrU6D3nrW6npMR
        eCxfN2X3w+FZePFJtaR+E+I0ZMWhRANCAATORi0GVUoKIRS7aCe7XWjTGY+s0Svp
        cThBRxQE1Tuk5nr2Lfu77bAe2P8KiAv/IyKgqML/lq03AmT1LYcJtpOy
        -----END PRIVATE KEY-----
        """)

    /// The authority's revocation list, good until 2125.
    static let revocations = pem(
        """
        -----BEGIN X509 CRL-----
        MIHeMIGFAgEBMAoGCCqGSM49BAMCMCwxGDAWBgNVBAoMD0dhdGVob3VzZSBUZXN0
        czEQMA4GA1UEAwwHVGVzdCBDQRcNMjYxMTIzMTUzNTU3WhgPMjEyNTA2MTcxNTM1
        NTdaMBUwEwICEAIXDTI2MTEyMzE1MzU1N1qgDzANMAsGA1UdFAQEAgIQADAKBggq
        hkjOPQQDAgNIADBFAiBY6HUTMMj2Y0xvlyHphw8iGOGtk95z1CNZYrsQ2bhM/gIh
        AIpDOVI9ZC77UmDQ3K5n4V0RBTqRUY5zfV0GMH/xPlRR
        -----END X509 CRL-----
        """)

    /// Self-signed, RSA, for rsa.example.com.
    static let rsaCertificate = pem(
        """
        -----BEGIN CERTIFICATE-----
        MIICvTCCAaUCFHVU/+jaJPE35TnAhOw/3wr3dD1hMA0GCSqGSIb3DQEBCwUAMBox
        GDAWBgNVBAMMD3JzYS5leGFtcGxlLmNvbTAgFw0yNjExMjMxNTM1NTdaGA8yMTI1
        MDYxNzE1MzU1N1owGjEYMBYGA1UEAwwPcnNhLmV4YW1wbGUuY29tMIIBIjANBgkq
        hkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEApzmWONz5AiJ/xOwKGdWpdjwflf33HI7W
        GRZ/xUHyhWsjrSYR6dOsL0hIxPMqHkrtiPnuvw+crceuPQ0HFnzX+61obJWkKGrb
        WLiP2KtsHBYyn8oEX6DWYzyknuae95mEu5Dfxu3Rq7oDxgr5PSJYH5nwX2IKqQiX
        M8VTgxmQIXl9zMpt34GfEdPvI1f4Hw9Umn79K1XnzDRcM4SpUeM0KqPdyygQErjQ
        d4w7DVyKRzPBwfkmgdC/ElDy5GaYx+WO2faWcvgqdjvmlBcN0Vf3EOTtnlMoRFDQ
        F7f7hJABPAY9nhcvrjeQGETYgMWCTWh3TjS+TS1RDX9nTgAX3JZL7wIDAQABMA0G
        CSqGSIb3DQEBCwUAA4IBAQBWK8djDRfWv9Hz1vdPDHJqHaS7aa0JWK0An4Vh83YJ
        cugg/NujRPPj2ykgtkOAfL7hZ7aKK0ceyNf+eg98BbLMDifM5iZcEz+Uovv5C1UH
        wTt1KF5G1oMwLvj15mdeQm1AQlIRUcKuaoEk6BB0roARiUE5CL8GxgX5TPdcZjPJ
        yQpwIqAgZkaV65ZF0Zqz4pJarQVNdXmkvP5TxQz3MYfndO824DRgHXsbNjniy40+
        3cuV2WC9dXyg2WwEBGd/zTInW9UqcJSlQEnx/dqWUBn9YMacP7BZJCYHdrckGUcu
        JDRSv30Uz/XAZ0c7NESCJlGkg08Nv3zo5z/JOsrvOK8d
        -----END CERTIFICATE-----
        """)

    static let rsaKey = pem(
        """
        -----BEGIN PRIVATE KEY-----
        MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQCnOZY43PkCIn/E
        7AoZ1al2PB+V/fccjtYZFn/FQfKFayOtJhHp06wvSEjE8yoeSu2I+e6/D5ytx649
        DQcWfNf7rWhslaQoattYuI/Yq2wcFjKfygRfoNZjPKSe5p73mYS7kN/G7dGrugPG
        Cvk9IlgfmfBfYgqpCJczxVODGZAheX3Mym3fgZ8R0+8jV/gfD1Safv0rVefMNFwz
        hKlR4zQqo93LKBASuNB3jDsNXIpHM8HB+SaB0L8SUPLkZpjH5Y7Z9pZy+Cp2O+aU
        Fw3RV/cQ5O2eUyhEUNAXt/uEkAE8Bj2eFy+uN5AYRNiAxYJNaHdONL5NLVENf2dO
        ABfclkvvAgMBAAECggEAESeMLIsmlDx7xPS92Iadmr5yMw3Zgrl4ZxxywQaR3XPv
        Nfz4y3bma/dLV8DmKjNfiLSy9DCizwTz79ldR8ZI1c2lL7ZuH6NOmxxbzUtQjNUO
        Hmw35KN4Orfm31IjLp02C5PCEQMmhipP5soLZWUXiy5chTxmgY6bDDmK5qEBsx07
        1SkvnxX1GNk1qkGWEqtIyoA2jFOxzcwm9H9Wd2oHqMtgX2T0S23sHDoboMXdDk43
        OUCYxrG/RIfmkJB++6RdIkgGdl8rSMZ9FqpADibLI2moV1RUfWQ9H/n0QYRqX8/G
        HZalJkaMolhJHUzBb8SfgD7DDAWFrpC8zb0WDM1n4QKBgQDimu/SN+V2yybWa4sw
        mo8b/fWP1bcQdjGZ4X/6fyYD+xgiAtJVs0OXExFe0/dGCL7A3BIo3ecZh+SQ9R0h
        Hq6H639xXbhRCOcSRvMuU6484BAeWIYFIzM/8z798GHb66b0tKsH3DE1w8nitRMe
        8RTkY4WwPYT1mGGa6AWZu41ZsQKBgQC86sLbAa5aDT4UNP3ZhNR4g9LqjZ/Tgmlj
        q9Vt3wT2gP5rN71GS7mhVyTsVfk+wRfYD3PXUo7BXYXQr8Upq+fBuAHpZjfAcyp9
        0d4zUugqIgbQ1ZjmmHaIQIiEgpnCTUhAEFj5XjPIm83NB5lN+pPNODN62+M8zRln
        xwtLEgPHnwKBgEYQD4xYufrjzwtGzw9lClBmUhF5y5MsaCOi5DXoMDHU5d5GLxBO
        T9ybCajfMroVpBzvLjIygeyT5qinEK2X1fCycIH1rzJm5ULyaufs+Zda08D+L9nQ
        y1y/cb+EHk2n68QHREY234Q3F+mfgNz1PzdqSgB21PA2gB8sE+c3ZPnRAoGAI5+J
        Gs8YV3bDy/+qFohLoGYLMZt/Fd0zjk3qswso3mq4jvM1x7mjyV6rYb1cgI7ctitD
        xsiUjrXZ894RKah2zTqrcZ2Kycltq8gVRExP5xH/gwWkDWeWgl7Y31PZNqBoDVyH
        yo4O6bcneZADQocLs9jzLCmmkeKC9eS8pm1BNTUCgYBTqLYkZ5IFpCA44KwEO5FE
        +lvPFJbvrWMdJkJDOOuir8ZROO2f36C7UzTqZPQZ+Pe1Ms7XzWomHym8A3t/nyRn
        rb7NqgA2mrzZtZqdkzRvTTSyAGCTXDnmRtwnzQvLZfHbAa1YhU33EpeDjZZ7ND9Z
        7gqxDTZv/E54ZDIaeGoQzg==
        -----END PRIVATE KEY-----
        """)

    /// The authority's OCSP response for `goodCertificate`, DER in hexadecimal.
    static let ocspResponse = """
        308202de0a0100a08202d7308202d306092b0601050507300101048202c4308202c03081cda12e302c31183016060355040a0c0f47617465686f7573
        652054657374733110300e06035504030c0754657374204341180f32303236313132333135353130355a30653063303b300906052b0e03021a050004
        14535823dcd1b407939e46e98082dafa09dae64d7c0414d2f7b9179bdcc739bdcb72e472d5f36512ef4097020210038000180f323032363131323331
        35353130355aa011180f32313235303631373135353130355aa1233021301f06092b0601050507300102041204107fed0d516c2ec44b62dd3b244169
        176d300a06082a8648ce3d0403020348003045022100f30485e16fd0a934e95f9238527f3fa1da498b962965d9474af9aab9cdeab0cc0220574cc470
        c9a447388c2a2e00697a6d4629d9aa0039b8db69c8b9f9f3813c3246a0820196308201923082018e30820134a003020102021448da87660b2ac39023
        bdb7d0bdc68965c4c9a836300a06082a8648ce3d040302302c31183016060355040a0c0f47617465686f7573652054657374733110300e0603550403
        0c07546573742043413020170d3236313132333135333535375a180f32313235303631373135333535375a302c31183016060355040a0c0f47617465
        686f7573652054657374733110300e06035504030c07546573742043413059301306072a8648ce3d020106082a8648ce3d03010703420004ff7f949c
        dd0a2dc55f606742b38799a211603ec79375f6eb97ea84222c37a91622c788df9f74be2e9624a4f9e653e73a46b75a0025cee24c392db77ef73cfae0
        a3323030300f0603551d130101ff040530030101ff301d0603551d0e04160414d2f7b9179bdcc739bdcb72e472d5f36512ef4097300a06082a8648ce
        3d0403020348003045022100b6d1c4e2bec13f245ab8759ddb2d182d60e8d85b2db3fad3161acdbd6e931a5802200a50d73a1da70de488cc4fd5ed1a
        9fc230d615e1ce730b6b3580924d7e432748
        """

    static let good = TLSServerConfiguration.Certificate(chain: goodCertificate, key: goodKey)
    static let expired = TLSServerConfiguration.Certificate(chain: expiredCertificate, key: expiredKey)
    static let revoked = TLSServerConfiguration.Certificate(chain: revokedCertificate, key: revokedKey)
    static let rsa = TLSServerConfiguration.Certificate(chain: rsaCertificate, key: rsaKey)

    private static func pem(_ text: String) -> PEMSource { .data(Array((text + "\n").utf8)) }
}
