import GatehousePolicy

/// `sticky` in an `upstream` block. The sentences are those of nginx's `ngx_http_upstream_sticky_module`.
enum StickyDirective {
    static let row = DirectiveRow(
        "sticky", .upstream, .atLeast(2), "Keeps a client's requests on one server: by \"cookie\", \"route\" or \"learn\"."
    ) { reader in
        switch reader.string(0) {
        case "cookie": reader.scope.upstream.sticky = .cookie(try cookie(reader))
        case "route": reader.scope.upstream.sticky = .route(try route(reader))
        case "learn": reader.scope.upstream.sticky = .learn(try learn(reader))
        default: throw unknown(reader, at: 0)
        }
    }

    private static func unknown(_ reader: DirectiveReader, at index: Int) -> ConfigurationError {
        reader.fail("unknown parameter \"\(reader.string(index))\"", at: index)
    }

    private static func variable(_ name: String, _ reader: DirectiveReader, at index: Int) -> Template {
        let reference = reader.scope.http.variables.reference(name, usedIn: reader.argument(index))
        return Template(source: "$" + name, parts: [.variable(reference)])
    }

    // MARK: route

    private static func route(_ reader: DirectiveReader) throws(ConfigurationError) -> [Template] {
        var variables: [Template] = []
        for index in 1..<reader.count {
            guard reader.string(index).hasPrefix("$") else {
                throw reader.fail("invalid variable name \"\(reader.string(index))\"", at: index)
            }
            variables.append(variable(String(reader.string(index).dropFirst()), reader, at: index))
        }
        return variables
    }

    // MARK: cookie

    /// `cookie NAME` and its attributes.
    static func cookie(_ reader: DirectiveReader) throws(ConfigurationError) -> StickyCookieSettings {
        let name = reader.string(1)
        if name.isEmpty { throw reader.refuse("empty cookie name", at: 1) }
        var settings = StickyCookieSettings(name: name, lookup: variable("cookie_" + name, reader, at: 1))
        for index in 2..<max(2, reader.count) {
            let (key, value) = reader.keyValue(index)
            if let value {
                try setPair(key, value, of: &settings, reader, at: index)
            } else {
                try setFlag(key, of: &settings, reader, at: index)
            }
        }
        return settings
    }

    private static func setFlag(
        _ flag: String, of settings: inout StickyCookieSettings, _ reader: DirectiveReader, at index: Int
    ) throws(ConfigurationError) {
        let field: WritableKeyPath<StickyCookieSettings, Bool>
        switch flag {
        case "httponly": field = \.isHTTPOnly
        case "secure": field = \.isSecure
        default: throw unknown(reader, at: index)
        }
        if settings[keyPath: field] { throw duplicate(flag, reader, at: index) }
        settings[keyPath: field] = true
    }

    private static func duplicate(_ key: String, _ reader: DirectiveReader, at index: Int) -> ConfigurationError {
        reader.refuse("parameter \"\(key)\" is duplicate", at: index)
    }

    private static func setPair(
        _ key: String, _ value: String, of settings: inout StickyCookieSettings, _ reader: DirectiveReader, at index: Int
    ) throws(ConfigurationError) {
        switch key {
        case "domain":
            if settings.domain != nil { throw duplicate(key, reader, at: index) }
            if value.isEmpty { throw reader.refuse("no value for \"domain\"", at: index) }
            settings.domain = try reader.template(Array(value.utf8), at: index)
        case "path":
            if settings.path != nil { throw duplicate(key, reader, at: index) }
            if value.isEmpty { throw reader.refuse("no value for \"path\"", at: index) }
            settings.path = value
        case "expires":
            if settings.expires != nil { throw duplicate(key, reader, at: index) }
            settings.expires = try expiry(value, reader, at: index)
        case "samesite":
            if settings.sameSite != nil { throw duplicate(key, reader, at: index) }
            let template = try reader.template(Array(value.utf8), at: index)
            if template.constant != nil && !StickyCookieSettings.isSameSite(value) {
                throw reader.refuse("invalid \"samesite\" parameter value", at: index)
            }
            settings.sameSite = template
        default: throw unknown(reader, at: index)
        }
    }

    private static func expiry(
        _ value: String, _ reader: DirectiveReader, at index: Int
    ) throws(ConfigurationError) -> StickyCookieSettings.Expiry {
        if value == "max" { return .max }
        guard let duration = Quantity.duration(Array(value.utf8), wholeSeconds: true) else {
            throw reader.refuse("invalid \"expires\" parameter value", at: index)
        }
        return .after(duration)
    }

    // MARK: learn

    private static func learn(_ reader: DirectiveReader) throws(ConfigurationError) -> StickyLearnSettings {
        var settings = StickyLearnSettings()
        for index in 1..<reader.count {
            let (key, value) = reader.keyValue(index)
            switch (key, value) {
            case ("header", nil): settings.learnsFromHead = true
            case ("create", let value?): settings.create.append(try learned(value, key, reader, at: index))
            case ("lookup", let value?): settings.lookup.append(try learned(value, key, reader, at: index))
            case ("zone", let value?): try setZone(value, of: &settings, reader, at: index)
            case ("timeout", let value?): try setTimeout(value, of: &settings, reader, at: index)
            default: throw unknown(reader, at: index)
            }
        }
        for (name, isMissing) in [
            ("lookup", settings.lookup.isEmpty), ("create", settings.create.isEmpty), ("zone", settings.zoneSize == 0),
        ] where isMissing {
            throw reader.refuse("\"\(name)\" parameter is not specified")
        }
        try reader.checked(try reader.scope.http.upstreams.claimStickyZone(settings.zone, for: reader.scope.upstream.name))
        return settings
    }

    private static func learned(
        _ value: String, _ key: String, _ reader: DirectiveReader, at index: Int
    ) throws(ConfigurationError) -> Template {
        guard value.hasPrefix("$") else { throw reader.refuse("missing variable in the \"\(key)\" parameter", at: index) }
        return variable(String(value.dropFirst()), reader, at: index)
    }

    private static func setZone(
        _ value: String, of settings: inout StickyLearnSettings, _ reader: DirectiveReader, at index: Int
    ) throws(ConfigurationError) {
        if settings.zoneSize != 0 { throw reader.refuse("duplicate zone", at: index) }
        let parts = value.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count < 2 { throw reader.refuse("zone size is not specified", at: index) }
        if parts[0].isEmpty { throw reader.refuse("zone name is not specified", at: index) }
        guard let size = Quantity.size(Array(parts[1].utf8), allowsGiga: false) else {
            throw reader.refuse("invalid zone size", at: index)
        }
        if size < 32768 { throw reader.refuse("zone is too small", at: index) }
        settings.zone = String(parts[0])
        settings.zoneSize = size
    }

    private static func setTimeout(
        _ value: String, of settings: inout StickyLearnSettings, _ reader: DirectiveReader, at index: Int
    ) throws(ConfigurationError) {
        if settings.timeout != nil { throw reader.refuse("duplicate timeout", at: index) }
        guard let timeout = Quantity.duration(Array(value.utf8)), timeout > .zero else {
            throw reader.refuse("invalid timeout", at: index)
        }
        settings.timeout = timeout
    }
}
