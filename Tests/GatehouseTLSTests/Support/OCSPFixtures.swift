// An authority, a certificate that names its OCSP responder, and what the responder says, made once with `openssl ca` and `openssl ocsp`.
@testable import GatehouseTLS

enum OCSPFixtures {
    static let authority = PEMSource.data(Array(authorityText.utf8))
    static let certificate = TLSServerConfiguration.Certificate(
        chain: .data(Array((certificateText + "\n" + authorityText).utf8)), key: .data(Array(keyText.utf8)))
    /// Without its issuer.
    static let lone = TLSServerConfiguration.Certificate(chain: .data(Array(certificateText.utf8)), key: .data(Array(keyText.utf8)))

    private static let authorityText = """
        -----BEGIN CERTIFICATE-----
        MIIBuTCCAV+gAwIBAgIUATjadIY91LOrtQyNMqpm5ZvsrM0wCgYIKoZIzj0EAwIw
        MTEYMBYGA1UECgwPR2F0ZWhvdXNlIFRlc3RzMRUwEwYDVQQDDAxPQ1NQIFRlc3Qg
        Q0EwIBcNMjYxMTIzMTgzMTQ5WhgPMjEyNTA2MTcxODMxNDlaMDExGDAWBgNVBAoM
        D0dhdGVob3VzZSBUZXN0czEVMBMGA1UEAwwMT0NTUCBUZXN0IENBMFkwEwYHKoZI
        zj0CAQYIKoZIzj0DAQcDQgAE//hPX+2s1vnq80SISi6EFfYZoCHcWIgoYKmxMhJ8
        kPXXTVMLvLsJ15x7gj4LH5U/i8X3Y7KVtfctRqF0FAJgAaNTMFEwHQYDVR0OBBYE
        FEJXQ0g3pFIorXEnj0/ec8zOGL27MB8GA1UdIwQYMBaAFEJXQ0g3pFIorXEnj0/e
        c8zOGL27MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAI+F/m+p
        fOmhNvvV6/ThnJSZQ61UQj/D87i7JDtUKpB8AiANbyYjLvOjy7YiFVCK2wYMsmh6
        mE+IfziAkoAvLE3yww==
        -----END CERTIFICATE-----
        """

    private static let certificateText = """
        -----BEGIN CERTIFICATE-----
        MIIB1jCCAXygAwIBAgICEAAwCgYIKoZIzj0EAwIwMTEYMBYGA1UECgwPR2F0ZWhv
        dXNlIFRlc3RzMRUwEwYDVQQDDAxPQ1NQIFRlc3QgQ0EwIBcNMjYxMTIzMTgzMTQ5
        WhgPMjEyNTA2MTcxODMxNDlaMCwxGDAWBgNVBAoMD0dhdGVob3VzZSBUZXN0czEQ
        MA4GA1UEAwwHc3RhcGxlZDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABAFRA2yK
        pBS+3VbZObTimvcE7BJAWMDWk1CfJBIZZ2bnYEbESNqFWizApiGLCDIpQivpWfRq
        Oqz2LqeZyyB/O0ujgYYwgYMwCQYDVR0TBAIwADA2BggrBgEFBQcBAQQqMCgwJgYI
        KwYBBQUHMAGGGmh0dHA6Ly9vY3NwLnRlc3Q6ODA4MC9wYXRoMB0GA1UdDgQWBBTa
        T4CvR6CPqW+J1LJny5YUGx+iDjAfBgNVHSMEGDAWgBRCV0NIN6RSKK1xJ49P3nPM
        zhi9uzAKBggqhkjOPQQDAgNIADBFAiBwF5AVB+D3NeqHsM2cJWMcUdxvOLzrgMb8
        Z4muuvkoDwIhAPLBKT8yhAc54jeegFTZJbcVP2qb7QSRzF25NMKkN6pd
        -----END CERTIFICATE-----
        """

    private static let keyText = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgwTJI0qXDZPoY03e4
        x9gzC8/sCAxkcuJwPoOmhKdylDahRANCAAQBUQNsiqQUvt1W2Tm04pr3BOwSQFjA
        1pNQnyQSGWdm52BGxEjahVoswKYhiwgyKUIr6Vn0ajqs9i6nmcsgfztL
        -----END PRIVATE KEY-----
        """

    /// What is asked about the certificate.
    static let request = bytes(
        """
        MEMwQTA/MD0wOzAJBgUrDgMCGgUABBQe8ZRWoc8/nKhfR2vGX/IanbiarwQUQldDSDekUiitcSePT95zzM4YvbsCAhAA
        """)

    /// Valid until 2125.
    static let good = bytes(
        """
        MIIC6AoBAKCCAuEwggLdBgkrBgEFBQcwAQEEggLOMIICyjCBraEzMDExGDAWBgNVBAoMD0dhdGVob3VzZSBUZXN0czEVMBMGA1UE
        AwwMT0NTUCBUZXN0IENBGA8yMDI2MTEyMzE4MzE0OVowZTBjMDswCQYFKw4DAhoFAAQUHvGUVqHPP5yoX0drxl/yGp24mq8EFEJX
        Q0g3pFIorXEnj0/ec8zOGL27AgIQAIAAGA8yMDI2MTEyMzE4MzE0OVqgERgPMjEyNTA2MTcxODMxNDlaMAoGCCqGSM49BAMCA0cA
        MEQCIEII+y190T0GXWuD/8y+Y2sq6s0GiiBWj22RWP6sOxQiAiAju0u7o49/kvoQMU/lU/dWneOgvawXFvTCTG037tCgJKCCAcEw
        ggG9MIIBuTCCAV+gAwIBAgIUATjadIY91LOrtQyNMqpm5ZvsrM0wCgYIKoZIzj0EAwIwMTEYMBYGA1UECgwPR2F0ZWhvdXNlIFRl
        c3RzMRUwEwYDVQQDDAxPQ1NQIFRlc3QgQ0EwIBcNMjYxMTIzMTgzMTQ5WhgPMjEyNTA2MTcxODMxNDlaMDExGDAWBgNVBAoMD0dh
        dGVob3VzZSBUZXN0czEVMBMGA1UEAwwMT0NTUCBUZXN0IENBMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE//hPX+2s1vnq80SI
        Si6EFfYZoCHcWIgoYKmxMhJ8kPXXTVMLvLsJ15x7gj4LH5U/i8X3Y7KVtfctRqF0FAJgAaNTMFEwHQYDVR0OBBYEFEJXQ0g3pFIo
        rXEnj0/ec8zOGL27MB8GA1UdIwQYMBaAFEJXQ0g3pFIorXEnj0/ec8zOGL27MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwID
        SAAwRQIhAI+F/m+pfOmhNvvV6/ThnJSZQ61UQj/D87i7JDtUKpB8AiANbyYjLvOjy7YiFVCK2wYMsmh6mE+IfziAkoAvLE3yww==
        """)

    /// The certificate is revoked.
    static let revoked = bytes(
        """
        MIIC+goBAKCCAvMwggLvBgkrBgEFBQcwAQEEggLgMIIC3DCBvqEzMDExGDAWBgNVBAoMD0dhdGVob3VzZSBUZXN0czEVMBMGA1UE
        AwwMT0NTUCBUZXN0IENBGA8yMDI2MTEyMzE4MzE0OVowdjB0MDswCQYFKw4DAhoFAAQUHvGUVqHPP5yoX0drxl/yGp24mq8EFEJX
        Q0g3pFIorXEnj0/ec8zOGL27AgIQAKERGA8yMDI2MTEyMzE4MzE0OVoYDzIwMjYxMTIzMTgzMTQ5WqARGA8yMTI1MDYxNzE4MzE0
        OVowCgYIKoZIzj0EAwIDSAAwRQIhANnLvrvUKX4JGOV0s7MkoytBqbeLDOiEUzseZbl7yIafAiAg5IyYhDZXn2W9hkv4FDlEaT8G
        Z2xqf7w27eCYFCFRBaCCAcEwggG9MIIBuTCCAV+gAwIBAgIUATjadIY91LOrtQyNMqpm5ZvsrM0wCgYIKoZIzj0EAwIwMTEYMBYG
        A1UECgwPR2F0ZWhvdXNlIFRlc3RzMRUwEwYDVQQDDAxPQ1NQIFRlc3QgQ0EwIBcNMjYxMTIzMTgzMTQ5WhgPMjEyNTA2MTcxODMx
        NDlaMDExGDAWBgNVBAoMD0dhdGVob3VzZSBUZXN0czEVMBMGA1UEAwwMT0NTUCBUZXN0IENBMFkwEwYHKoZIzj0CAQYIKoZIzj0D
        AQcDQgAE//hPX+2s1vnq80SISi6EFfYZoCHcWIgoYKmxMhJ8kPXXTVMLvLsJ15x7gj4LH5U/i8X3Y7KVtfctRqF0FAJgAaNTMFEw
        HQYDVR0OBBYEFEJXQ0g3pFIorXEnj0/ec8zOGL27MB8GA1UdIwQYMBaAFEJXQ0g3pFIorXEnj0/ec8zOGL27MA8GA1UdEwEB/wQF
        MAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAI+F/m+pfOmhNvvV6/ThnJSZQ61UQj/D87i7JDtUKpB8AiANbyYjLvOjy7YiFVCK2wYM
        smh6mE+IfziAkoAvLE3yww==
        """)

    /// Good, but for one minute of 2026 only.
    static let ended = bytes(
        """
        MIIC6QoBAKCCAuIwggLeBgkrBgEFBQcwAQEEggLPMIICyzCBraEzMDExGDAWBgNVBAoMD0dhdGVob3VzZSBUZXN0czEVMBMGA1UE
        AwwMT0NTUCBUZXN0IENBGA8yMDI2MTEyMzE4MzE0OVowZTBjMDswCQYFKw4DAhoFAAQUHvGUVqHPP5yoX0drxl/yGp24mq8EFEJX
        Q0g3pFIorXEnj0/ec8zOGL27AgIQAIAAGA8yMDI2MTEyMzE4MzE0OVqgERgPMjAyNjExMjMxODMyNDlaMAoGCCqGSM49BAMCA0gA
        MEUCIF4teEU8Y+4g6Nd0cZ4KUi1W9THhrtjAiuJbZJLkuxsPAiEAkedCgVVKVUG5ph/hTgg9Sza6ssPou4VzkpydZWlrd5agggHB
        MIIBvTCCAbkwggFfoAMCAQICFAE42nSGPdSzq7UMjTKqZuWb7KzNMAoGCCqGSM49BAMCMDExGDAWBgNVBAoMD0dhdGVob3VzZSBU
        ZXN0czEVMBMGA1UEAwwMT0NTUCBUZXN0IENBMCAXDTI2MTEyMzE4MzE0OVoYDzIxMjUwNjE3MTgzMTQ5WjAxMRgwFgYDVQQKDA9H
        YXRlaG91c2UgVGVzdHMxFTATBgNVBAMMDE9DU1AgVGVzdCBDQTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABP/4T1/trNb56vNE
        iEouhBX2GaAh3FiIKGCpsTISfJD1101TC7y7Cdece4I+Cx+VP4vF92OylbX3LUahdBQCYAGjUzBRMB0GA1UdDgQWBBRCV0NIN6RS
        KK1xJ49P3nPMzhi9uzAfBgNVHSMEGDAWgBRCV0NIN6RSKK1xJ49P3nPMzhi9uzAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMC
        A0gAMEUCIQCPhf5vqXzpoTb71ev04ZyUmUOtVEI/w/O4uyQ7VCqQfAIgDW8mIy7zo8u2IhVQitsGDLJoephPiH84gJKALyxN8sM=
        """)

    /// About another certificate.
    static let other = bytes(
        """
        MIIC6QoBAKCCAuIwggLeBgkrBgEFBQcwAQEEggLPMIICyzCBraEzMDExGDAWBgNVBAoMD0dhdGVob3VzZSBUZXN0czEVMBMGA1UE
        AwwMT0NTUCBUZXN0IENBGA8yMDI2MTEyMzE4MzE0OVowZTBjMDswCQYFKw4DAhoFAAQUHvGUVqHPP5yoX0drxl/yGp24mq8EFEJX
        Q0g3pFIorXEnj0/ec8zOGL27AgIQAYAAGA8yMDI2MTEyMzE4MzE0OVqgERgPMjEyNTA2MTcxODMxNDlaMAoGCCqGSM49BAMCA0gA
        MEUCIQCeamGaCz2Rhy0fvyo9otzv0LxbqYLqZCmes5MK0C7ySAIgF3AuSZNXViEsXeKVfc+5N6xGNyGjS0FDoODASLBDS8SgggHB
        MIIBvTCCAbkwggFfoAMCAQICFAE42nSGPdSzq7UMjTKqZuWb7KzNMAoGCCqGSM49BAMCMDExGDAWBgNVBAoMD0dhdGVob3VzZSBU
        ZXN0czEVMBMGA1UEAwwMT0NTUCBUZXN0IENBMCAXDTI2MTEyMzE4MzE0OVoYDzIxMjUwNjE3MTgzMTQ5WjAxMRgwFgYDVQQKDA9H
        YXRlaG91c2UgVGVzdHMxFTATBgNVBAMMDE9DU1AgVGVzdCBDQTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABP/4T1/trNb56vNE
        iEouhBX2GaAh3FiIKGCpsTISfJD1101TC7y7Cdece4I+Cx+VP4vF92OylbX3LUahdBQCYAGjUzBRMB0GA1UdDgQWBBRCV0NIN6RS
        KK1xJ49P3nPMzhi9uzAfBgNVHSMEGDAWgBRCV0NIN6RSKK1xJ49P3nPMzhi9uzAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMC
        A0gAMEUCIQCPhf5vqXzpoTb71ev04ZyUmUOtVEI/w/O4uyQ7VCqQfAIgDW8mIy7zo8u2IhVQitsGDLJoephPiH84gJKALyxN8sM=
        """)

    /// Signed by somebody else.
    static let stranger = bytes(
        """
        MIICkAoBAKCCAokwggKFBgkrBgEFBQcwAQEEggJ2MIICcjCBj6EVMBMxETAPBgNVBAMMCHN0cmFuZ2VyGA8yMDI2MTEyMzE4MzE1
        MFowZTBjMDswCQYFKw4DAhoFAAQUHvGUVqHPP5yoX0drxl/yGp24mq8EFEJXQ0g3pFIorXEnj0/ec8zOGL27AgIQAIAAGA8yMDI2
        MTEyMzE4MzE1MFqgERgPMjEyNTA2MTcxODMxNTBaMAoGCCqGSM49BAMCA0kAMEYCIQDiSM6NesnwHCPnuQqdjIkuC5v6dSyGFERB
        NA8yCNx9/QIhAN7nWUINZIypuAuGpMFGJl+RCAZl7yjufJBrltIjpy+aoIIBhTCCAYEwggF9MIIBI6ADAgECAhQgiIZ3qEaANX9K
        KJ54/6UrAuQWfzAKBggqhkjOPQQDAjATMREwDwYDVQQDDAhzdHJhbmdlcjAgFw0yNjExMjMxODMxNDlaGA8yMTI1MDYxNzE4MzE0
        OVowEzERMA8GA1UEAwwIc3RyYW5nZXIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQHgV1uvuJ46U/v8fHTq/8eMM8zjUMbKv2f
        ZllNiDfwo8TW4XhDjTkFefU2/8FT6gmN6lvmw0F7frYeEMJgB2tjo1MwUTAdBgNVHQ4EFgQU4doBl9YTmGriygMNdIoVz0fy0+ow
        HwYDVR0jBBgwFoAU4doBl9YTmGriygMNdIoVz0fy0+owDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiA4FEdn0IED
        gQdq7xB6BOQjey21WOayFMsHhg/MMU6NNwIhAPmNrlUFcpTZI4PX2au2Scc4HIUbGN0w6ynQ9Bh2sy1S
        """)

    /// Base64 (RFC 4648) without padding rules.
    private static func bytes(_ text: String) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var bytes: [UInt8] = []
        var (word, bits) = (0, 0)
        for digit in text.utf8.compactMap({ alphabet.firstIndex(of: $0) }) {
            (word, bits) = (word << 6 | digit, bits + 6)
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: word >> bits))
            }
        }
        return bytes
    }
}
