import GatehouseConfig
import Testing

@Suite struct TLSDirectivesTests {
    private func tls(_ directives: String, http: String = "") throws -> TLSSettings {
        try GatehouseConfigTests.http("\(http) server { \(directives) }").servers[0].settings.tls
    }

    @Test func `certificates stand beside the configuration`() throws {
        let tls = try tls(
            "ssl_certificate a.pem; ssl_certificate_key /k/a.key; ssl_certificate $ssl_server_name.pem; ssl_certificate_key data:$arg_k;")
        #expect(tls.certificates.elements[0].constant.map(text) == "/etc/gatehouse/a.pem")
        #expect(tls.certificates.elements[1].parts.count == 2)
        #expect(tls.keys.elements[0].constant.map(text) == "/k/a.key")
        #expect(tls.keys.elements[1].parts.first == .literal(Array("data:".utf8)))
    }

    @Test(arguments: [
        ("off", TLSSettings.SessionCache.off), ("none", .none), ("builtin", .builtin(20480)), ("builtin:100", .builtin(100)),
        ("shared:SSL:1m", .shared(name: "SSL", bytes: 1 << 20)), ("shared:SSL:1m builtin", .shared(name: "SSL", bytes: 1 << 20)),
        ("builtin shared:SSL:1m", .shared(name: "SSL", bytes: 1 << 20)),
    ])
    func `a session cache has a kind`(text: String, cache: TLSSettings.SessionCache) throws {
        #expect(try tls("ssl_session_cache \(text);").sessionCache == cache)
    }

    @Test func `every simple directive fills its field`() throws {
        let tls = try tls(
            """
            ssl_ciphers HIGH; ssl_prefer_server_ciphers on; ssl_ecdh_curve X25519; ssl_dhparam d.pem;
            ssl_session_timeout 1h; ssl_session_tickets off;
            ssl_session_ticket_key t.key; ssl_reject_handshake on; ssl_verify_client optional_no_ca; ssl_verify_depth 2; ssl_crl c.pem;
            ssl_buffer_size 4k; ssl_early_data on; ssl_password_file p; ssl_stapling on; ssl_stapling_verify on; ssl_stapling_file f;
            ssl_conf_command Options KTLS; ssl_client_certificate c; ssl_trusted_certificate t;
            ssl_protocols TLSv1.2; ssl_protocols TLSv1.3;
            """, http: "ssl_protocols TLSv1;")
        #expect(
            tls.ciphers == "HIGH" && tls.prefersServerCiphers && tls.ecdhCurve == "X25519" && tls.dhParameters == "/etc/gatehouse/d.pem")
        #expect(tls.sessionTimeout == .seconds(3600) && !tls.usesSessionTickets && tls.ticketKeyFiles.elements == ["/etc/gatehouse/t.key"])
        #expect(tls.rejectsHandshake && tls.verifyClient == .optionalWithoutCA && tls.verifyDepth == 2 && tls.bufferSize == 4096)
        #expect(tls.acceptsEarlyData && tls.staples && tls.verifiesStapling && tls.staplingFile == "/etc/gatehouse/f")
        #expect(tls.protocols == ["TLSv1.2", "TLSv1.3"])
    }

    @Test func `servers share the certificate cache that they inherit`() throws {
        let tls = try tls("ssl_certificate_cache max=4 inactive=1s;", http: "ssl_certificate_cache max=9;")
        #expect(tls.certificateCache?.maximum == 4 && tls.certificateCache?.inactive == .seconds(1))
        #expect(tls.certificateCache?.valid == .seconds(60))
        let inherited = try [self.tls("", http: "ssl_certificate_cache max=9;"), self.tls("", http: "ssl_certificate_cache max=9;")]
        #expect(inherited[0].certificateCache?.position == inherited[1].certificateCache?.position)
        #expect(try self.tls("ssl_certificate_cache off;", http: "ssl_certificate_cache max=9;").certificateCache == nil)
    }

    @Test(arguments: [
        ("ssl_certificate a.pem;", #"no "ssl_certificate_key" is defined for certificate "a.pem""#),
        (
            "ssl_certificate a.pem; ssl_certificate_key a.key; ssl_verify_client on;",
            "no ssl_client_certificate or ssl_trusted_certificate for ssl_verify_client"
        ),
        ("ssl_session_cache shared:a;", #"invalid session cache "shared:a""#),
        ("ssl_session_cache shared:a:1k;", #"session cache "shared:a:1k" is too small"#),
        ("ssl_certificate_cache valid=1s;", #""ssl_certificate_cache" must have the "max" parameter"#),
        ("ssl_certificate_cache max=0;", #"invalid parameter "max=0""#),
        ("ssl_protocols TLSv2;", #"invalid value "TLSv2""#), ("ssl_verify_client maybe;", #"invalid value "maybe""#),
    ])
    func `a wrong value is refused`(directives: String, message: String) {
        #expect(messages("server { \(directives) }") == [message])
    }
}
