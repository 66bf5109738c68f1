// Made once with `openssl ca`, valid from 2020 to 2124. The key guards nothing.

/// What a backend that speaks TLS shows: its own certificate for `backend.test`.
enum BackendCertificate {
    static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBazCCARCgAwIBAgIBATAKBggqhkjOPQQDAjAXMRUwEwYDVQQDDAxiYWNrZW5k
        LnRlc3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyNDAxMDEwMDAwMDBaMBcxFTATBgNV
        BAMMDGJhY2tlbmQudGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABAlaaDeA
        ajACglphOU/S/08ICvtvH2wTu5E6AO3wGyQTT/58c23oLy8rKzwXAbxE0vw2EG3E
        110fIoK4smNA93ujSzBJMBcGA1UdEQQQMA6CDGJhY2tlbmQudGVzdDAPBgNVHRMB
        Af8EBTADAQH/MB0GA1UdDgQWBBSb+GIpLiqITQUrlP1zG/kPF+GbPTAKBggqhkjO
        PQQDAgNJADBGAiEAnBU/7uaUN9RxvnlrM4EzuETLEKJoGVgrwqvAQuZEoXoCIQCK
        8fefy9EY8YxaRWzr/LUBB66JhWqB753ZDHe0lu2vwg==
        -----END CERTIFICATE-----

        """

    static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQglM64mrkokPrGZYM7
        OB3GdLwtHS0wKA2qGzRozRxem8WhRANCAAQJWmg3gGowAoJaYTlP0v9PCAr7bx9s
        E7uROgDt8BskE0/+fHNt6C8vKys8FwG8RNL8NhBtxNddHyKCuLJjQPd7
        -----END PRIVATE KEY-----

        """
}
