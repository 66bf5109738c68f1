import GatehousePolicy

/// A `match` block.
package struct MatchSettings: Sendable {
    /// What its lines say about the response.
    package var response = ResponseMatch()
    /// `require`: variables that have to be neither empty nor `0`.
    package var required: [RequiredVariable] = []

    package init() {}
}

/// A variable that a probe of a health check has to give a value.
package struct RequiredVariable: Sendable, Equatable {
    /// Without its `$`, for the log.
    package var name: String
    package var reference: VariableReference

    package init(name: String, reference: VariableReference) {
        self.name = name
        self.reference = reference
    }
}

extension VariableReference {
    /// Whether there can be a value where no client asks: of a probe, its answer, or what the configuration makes of them.
    package var isKnownToProbes: Bool {
        switch self {
        case .upstreamHeader, .upstreamCookie, .slot: true
        case .builtin(.upstream_status), .builtin(.upstream_addr), .builtin(.upstream_header_time), .builtin(.proxy_host),
            .builtin(.proxy_port):
            true
        case .builtin, .argument, .cookie, .requestHeader, .responseHeader, .responseTrailer, .upstreamTrailer, .proxyProtocolTLV: false
        }
    }
}
