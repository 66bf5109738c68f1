import GatehousePolicy

/// What keeps a group well: active checks, ejection of outliers, limits. `match` stands in a file of its own.
enum HealthDirectives {
    static let rows: [DirectiveRow] = [
        DirectiveRow(
            "health_check", [.location, .upstream], .any, repeats: true, "Probes the servers of the group; unhealthy ones get no requests.",
            read: check),
        DirectiveRow("match", .http, .block(1...1), repeats: true, "What an answer to a health check has to be like.", read: match),
        DirectiveRow(
            "outlier_ejection", .upstream, .between(0, 6), "Leaves a server out that fails, or is slow, compared with the group.",
            read: eject),
        DirectiveRow(
            "limits", .upstream, .between(1, 4), "What may be under way in the group at once; beyond it the answer is 503.", read: limit),
        DirectiveRow(
            "retry_budget", .upstream, .between(1, 2), "Share of the requests under way that may be repetitions.", read: budget),
    ]

    // MARK: health_check

    private static func check(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        var settings = HealthCheckSettings(position: reader.position)
        for index in 0..<reader.count { try HealthCheckParameter.apply(index, of: reader, to: &settings) }
        if reader.context == .upstream {
            settings.host = Array(reader.scope.upstream.name.utf8)
            settings.timeout = settings.timeout ?? .seconds(5)
            settings.isOfGroup = true
            reader.scope.upstream.healthChecks.append(settings)
            return
        }
        // The group and the settings of the location are known when all of it has been read.
        reader.afterSiblings { reader in try add(settings, reader) }
    }

    private static func add(_ settings: HealthCheckSettings, _ reader: DirectiveReader) throws(ConfigurationError) {
        let cure = "name a group in \"proxy_pass\", or put \"health_check\" into its \"upstream\" block"
        guard case .proxy(let target)? = reader.scope.location.handler else {
            throw reader.refuse("has no \"proxy_pass\" beside it", hints: [cure])
        }
        guard case .fixed(let fixed) = target else {
            throw reader.refuse("cannot tell which group \"proxy_pass\" with variables means", hints: [cure])
        }
        if reader.scope.http.upstreams[fixed.upstream].canary != nil {
            throw reader.refuse("means two groups beside a canary", hints: ["put \"health_check\" into both \"upstream\" blocks"])
        }
        var settings = settings
        settings.proxy = reader.scope.location.proxy
        settings.usesTLS = settings.usesTLS || fixed.usesTLS
        settings.host = fixed.host
        reader.scope.http.upstreams[fixed.upstream].healthChecks.append(settings)
    }

    private static func match(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        var match = MatchSettings()
        reader.forEachEntry { entry in try MatchEntry.apply(entry, to: &match) }
        if reader.scope.http.matches.updateValue(match, forKey: reader.string(0)) != nil {
            throw reader.fail("duplicate match \"\(reader.string(0))\"", at: 0)
        }
    }

    // MARK: outlier_ejection

    private static func eject(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        var rules = OutlierRules()
        for index in 0..<reader.count {
            let (key, value) = reader.keyValue(index)
            switch key {
            case "errors": rules.errors = try percent(value, reader, at: index)
            case "slow": rules.slow = try factor(value, reader, at: index)
            case "min": rules.minimum = try number(value, reader, at: index)
            case "max_ejected": rules.mostEjected = try percent(value, reader, at: index)
            case "window": rules.window = try time(value, reader, at: index)
            case "time": rules.time = try time(value, reader, at: index)
            default:
                let hint = "it takes \"errors=50%\", \"slow=3x\", \"min=20\", \"max_ejected=30%\", \"window=10s\", \"time=30s\""
                throw reader.fail("invalid parameter \"\(reader.string(index))\"", at: index, hints: [hint])
            }
        }
        reader.scope.upstream.outliers = rules
    }

    // MARK: limits, retry_budget

    private static func limit(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        var limits = CircuitLimits()
        for index in 0..<reader.count {
            let (key, value) = reader.keyValue(index)
            switch key {
            case "connections": limits.connections = try number(value, reader, at: index)
            case "pending": limits.pending = try number(value, reader, at: index)
            case "retries": limits.retries = try number(value, reader, at: index)
            case "retry_after": reader.scope.upstream.overload.retryAfter = try time(value, reader, at: index)
            default:
                let hint = "it takes \"connections=100\", \"pending=50\", \"retries=10\", \"retry_after=1s\""
                throw reader.fail("invalid parameter \"\(reader.string(index))\"", at: index, hints: [hint])
            }
        }
        if limits.pending > 0 && limits.connections == 0 {
            let hint = "requests wait when \"connections=\" are reached: give that as well"
            throw reader.refuse("has \"pending=\" without \"connections=\"", hints: [hint])
        }
        reader.scope.upstream.limits = limits
    }

    private static func budget(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        var rules = RetryBudgetRules()
        rules.share = try percent(reader.string(0), reader, at: 0)
        if reader.count == 2 {
            let (key, value) = reader.keyValue(1)
            guard key == "min" else {
                throw reader.fail("invalid parameter \"\(reader.string(1))\"", at: 1, hints: ["it takes \"20% min=3\""])
            }
            rules.minimum = try number(value, reader, at: 1, from: 0)
        }
        reader.scope.upstream.retryBudget = rules
    }

    // MARK: Values

    private static func number(
        _ value: String?, _ reader: DirectiveReader, at index: Int, from least: Int = 1
    ) throws(ConfigurationError) -> Int {
        guard let number = value.flatMap({ Quantity.integer($0.utf8) }), number >= least else {
            throw invalid(reader, at: index, "a number of at least \(least), as in \"min=\(max(least, 20))\"")
        }
        return number
    }

    private static func time(_ value: String?, _ reader: DirectiveReader, at index: Int) throws(ConfigurationError) -> Duration {
        guard let time = value.flatMap({ Quantity.duration(Array($0.utf8)) }), time > .zero else {
            throw invalid(reader, at: index, "a time, as in \"30s\"")
        }
        return time
    }

    private static func percent(_ value: String?, _ reader: DirectiveReader, at index: Int) throws(ConfigurationError) -> Int {
        guard let value, value.last == "%", let share = Quantity.integer(value.utf8.dropLast()), (1...100).contains(share) else {
            throw invalid(reader, at: index, "a share from \"1%\" to \"100%\"")
        }
        return share
    }

    /// `3x`, `2.5x`: in percent.
    private static func factor(_ value: String?, _ reader: DirectiveReader, at index: Int) throws(ConfigurationError) -> Int {
        guard let value, value.last == "x", let factor = Double(value.dropLast()), (1.1...100).contains(factor) else {
            throw invalid(reader, at: index, "a multiple from \"1.1x\" to \"100x\" of the group's median response time")
        }
        return Int((factor * 100).rounded())
    }

    private static func invalid(_ reader: DirectiveReader, at index: Int, _ cure: String) -> ConfigurationError {
        reader.fail("invalid value \"\(reader.string(index))\" in \"\(reader.name)\" directive", at: index, hints: ["it has to be \(cure)"])
    }
}
