@testable import GatehouseTLS

/// Contexts with certificates made for the test.
enum Contexts {
    static func certificate(_ names: String...) throws -> TLSServerConfiguration.Certificate {
        let made = try SelfSigned.make(names: names)
        return .init(chain: .data(made.certificatePEM), key: .data(made.keyPEM))
    }

    static func server(
        _ names: String..., shared: TLSSharedState = TLSSharedState(), change: (inout TLSServerConfiguration) -> Void = { _ in }
    ) throws -> TLSServerContext {
        var configuration = TLSServerConfiguration()
        let made = try SelfSigned.make(names: names.isEmpty ? ["example.com"] : names)
        configuration.certificates = [.init(chain: .data(made.certificatePEM), key: .data(made.keyPEM))]
        change(&configuration)
        return try TLSServerContext(configuration, shared: shared)
    }

    static func client(change: (inout TLSClientConfiguration) -> Void = { _ in }) throws -> TLSClientContext {
        var configuration = TLSClientConfiguration()
        change(&configuration)
        return try TLSClientContext(configuration)
    }
}
