import GatehouseTLS
import Testing

@testable import Gatehouse

@Suite struct ClientCertificateTests {
    typealias Rule = TLSServerConfiguration.ClientVerification

    private static let unknownAuthority = ClientVerification.failed(reason: "self-signed certificate", code: 18)
    private static let expired = ClientVerification.failed(reason: "certificate has expired", code: 10)

    @Test(arguments: [
        (Rule.off, ClientVerification.none), (.off, expired), (.on, .success), (.optional, .none), (.optionalNoCA, unknownAuthority),
    ])
    func `what the rule allows is served`(_ rule: Rule, _ verification: ClientVerification) {
        #expect(ListenerBinding.judge(verification, by: rule) == .serve)
    }

    @Test func `a required certificate that is missing is answered with 496`() {
        let refusal = ListenerBinding.Choice.refuse(status: 496, reason: "client sent no required SSL certificate")
        #expect(ListenerBinding.judge(.none, by: .on) == refusal)
    }

    @Test(arguments: [Rule.on, .optional, .optionalNoCA])
    func `a bad certificate is answered with 495`(_ rule: Rule) {
        let reason = "client SSL certificate verify error: (10:certificate has expired)"
        #expect(ListenerBinding.judge(Self.expired, by: rule) == .refuse(status: 495, reason: reason))
    }
}
