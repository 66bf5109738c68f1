import GatehouseConfig
import GatehousePolicy
import GatehouseWire

extension ProxyPlan {
    /// How a forward proxy talks to the servers that clients ask for: strangers, whose answers are passed on as they are.
    init(forwarding location: LocationConfiguration) {
        self.init(location.settings.proxy, target: .template(Template(literal: "")), group: nil, tls: nil)
        // The target names the host, whatever else says one (RFC 9112 §3.2.2).
        setHeaders.removeAll { $0.id == .host }
        setsHost = false
        // Credentials for this proxy are nobody else's, and its questions not the destination's to ask.
        suppressed.insert(.proxyAuthorization)
        hidden.insert(.proxyAuthenticate)
        hidden.remove(lowercase: Array("date".utf8))
        hidden.remove(lowercase: Array("server".utf8))
        (passesDate, passesServer) = (true, true)
        anonymize(location.settings.forward.anonymity)
        if location.settings.forward.pseudonym != nil, !setHeaders.contains(where: { $0.id == .via }) {
            suppressed.insert(.via)
            let value = Template(source: "$proxy_add_via", parts: [.variable(.builtin(.proxy_add_via))])
            setHeaders.append(HeaderRule(name: "Via", value: value))
        }
    }

    /// What the configuration sets itself stays as it says.
    private mutating func anonymize(_ anonymity: Anonymity) {
        let given = setHeaders.map(\.lowercaseName)
        for name in anonymity.dropped { suppressed.insert(lowercase: Array(name.utf8)) }
        for name in anonymity.hidden { hidden.insert(lowercase: Array(name.utf8)) }
        for (name, value) in anonymity.generalised {
            let rule = HeaderRule(name: name, value: Template(literal: value))
            suppressed.insert(lowercase: rule.lowercaseName)
            if !given.contains(rule.lowercaseName) { setHeaders.append(rule) }
        }
        if anonymity.shortensReferer, !suppressed.contains(.referer) {
            suppressed.insert(.referer)
            let value = Template(source: "$forward_referer", parts: [.variable(.builtin(.forward_referer))])
            setHeaders.append(HeaderRule(name: "Referer", value: value))
        }
    }
}
