import Testing

@testable import GatehouseTLS

@Suite struct ContextErrorTests {
    private func message(_ change: (inout TLSServerConfiguration) -> Void) -> String? {
        do {
            _ = try Contexts.server(change: change)
            return nil
        } catch let error as TLSError {
            return error.message
        } catch {
            return "\(error)"
        }
    }

    @Test func `a missing certificate is named with its cause`() {
        let text = message { $0.certificates = [.init(chain: .file("/nonexistent/cert.pem"), key: Fixtures.goodKey)] }
        #expect(text?.hasPrefix("cannot load certificate \"/nonexistent/cert.pem\": BIO_new_file() failed (SSL: error:80000002:") == true)
        #expect(text?.contains("No such file or directory:calling fopen(/nonexistent/cert.pem, r)") == true)
    }

    @Test func `a missing key is named with its cause`() {
        let text = message { $0.certificates = [.init(chain: Fixtures.goodCertificate, key: .file("/nonexistent/key.pem"))] }
        #expect(text?.hasPrefix("cannot load certificate key \"/nonexistent/key.pem\": BIO_new_file() failed (SSL: error:8000000") == true)
    }

    @Test func `a key of another certificate is refused`() {
        let text = message { $0.certificates = [.init(chain: Fixtures.goodCertificate, key: Fixtures.expiredKey)] }
        #expect(text?.hasPrefix("SSL_CTX_use_PrivateKey(\"data:\") failed (SSL: error:") == true)
        #expect(text?.contains("key values mismatch") == true)
    }

    @Test func `text that is no certificate is refused`() {
        let text = message { $0.certificates = [.init(chain: .data(Array("nonsense".utf8)), key: Fixtures.goodKey)] }
        let cause = "error:0480006C:PEM routines::no start line:Expecting: TRUSTED CERTIFICATE"
        #expect(text == "cannot load certificate \"data:\": PEM_read_bio_X509_AUX() failed (SSL: \(cause))")
    }

    @Test(arguments: [(["secret"], true), (["wrong", "secret"], true), (["wrong"], false), ([], false)])
    func `encrypted keys open with one of the passwords`(_ passwords: [String], _ opens: Bool) {
        let text = message {
            $0.certificates = [.init(chain: Fixtures.goodCertificate, key: Fixtures.lockedKey)]
            $0.passwords = passwords.map { Array($0.utf8) }
        }
        #expect((text == nil) == opens)
        if !opens { #expect(text?.hasPrefix("cannot load certificate key \"data:\": PEM_read_bio_PrivateKey() failed (SSL:") == true) }
    }

    @Test func `client verification needs an authority`() {
        #expect(message { $0.verifyClient = .on } == "no ssl_client_certificate or ssl_trusted_certificate for ssl_verify_client")
        #expect(message { $0.verifyClient = .optionalNoCA } == nil)
    }

    static let wrong: [(String, @Sendable (inout TLSServerConfiguration) -> Void)] = [
        ("SSL_CTX_set_cipher_list(\"NOSUCH\") failed (SSL:", { $0.ciphers = "NOSUCH" }),
        ("SSL_CTX_set1_curves_list(\"nosuch\") failed", { $0.ecdhCurve = "nosuch" }),
        ("SSL_CONF_cmd(\"NoSuch\", \"x\") failed (SSL:", { $0.confCommands = [("NoSuch", "x")] }),
        ("BIO_new_file(\"/nonexistent/dh.pem\") failed (SSL:", { $0.dhParameters = "/nonexistent/dh.pem" }),
        ("cannot load CRL \"/nonexistent/crl.pem\": BIO_new_file() failed (SSL:", { $0.crl = .file("/nonexistent/crl.pem") }),
        ("cannot load certificate \"/nonexistent/ca\": BIO_new_file() failed", { $0.trustedCertificates = .file("/nonexistent/ca") }),
        (
            "BIO_new_file(\"/nonexistent/ocsp.der\") failed (SSL:",
            {
                $0.staples = true
                $0.staplingFile = .file("/nonexistent/ocsp.der")
            }
        ),
        ("invalid application protocol name \"\"", { $0.alpn = [""] }),
    ]

    @Test(arguments: wrong.indices)
    func `wrong values are named with their call`(_ index: Int) {
        let (prefix, change) = Self.wrong[index]
        #expect(message(change)?.hasPrefix(prefix) == true)
    }

    @Test func `configuration commands change the context`() throws {
        let server = try Contexts.server {
            $0.confCommands = [("Protocol", "-TLSv1.3"), ("CipherString", "ECDHE-ECDSA-AES256-GCM-SHA384")]
        }
        let pair = try ConnectionPair(server, Contexts.client())
        pair.handshake()
        #expect(pair.server.protocolVersion == "TLSv1.2")
        #expect(pair.server.cipher == "ECDHE-ECDSA-AES256-GCM-SHA384")
    }

    @Test func `commands whose value is a path are known`() {
        #expect(ConfigurationCommand.takesPath("Certificate"))
        #expect(ConfigurationCommand.takesPath("PrivateKey"))
        #expect(!ConfigurationCommand.takesPath("CipherString"))
        #expect(!ConfigurationCommand.takesPath("NoSuch"))
    }

    @Test(arguments: [("a\nb\r\n\nc", ["a", "b", "c"]), ("", [""]), ("\n\n", [""])])
    func `a password file has one password a line`(_ contents: String, _ passwords: [String]) {
        #expect(PasswordFile.passwords(in: Array(contents.utf8)) == passwords.map { Array($0.utf8) })
    }

    @Test func `keys in engines are refused in words`() {
        let refusal = TLSError(.configuration, "loading \"engine:...\" certificate keys is not supported")
        #expect(throws: refusal) { try PEMSource("engine:x:y") { .file($0) } }
    }

    @Test(arguments: [
        ("data:pem", PEMSource.data(Array("pem".utf8))), ("store:file:/k", .store(uri: "file:/k")), ("/etc/k", .file("/etc/k")),
    ])
    func `a scheme tells where a certificate comes from`(_ text: String, _ source: PEMSource) throws {
        #expect(try PEMSource(text) { .file($0) } == source)
    }

    @Test func `curves and ciphers of both sides are told`() throws {
        let server = try Contexts.server { $0.ecdhCurve = "prime256v1:secp384r1" }
        let pair = try ConnectionPair(server, Contexts.client())
        pair.handshake()
        #expect(pair.server.curve == "prime256v1")
        #expect(pair.server.offeredCurves.hasPrefix("X25519:prime256v1"))
        #expect(pair.server.offeredCiphers.hasPrefix("TLS_AES_256_GCM_SHA384:"))
        #expect(pair.server.offeredSignatureAlgorithms.hasPrefix("0x"))
    }
}
