extension CertificateCacheSettings {
    /// `off`, or `max=N [inactive=TIME] [valid=TIME]`, as nginx's certificate caches are described.
    static func read(_ reader: DirectiveReader) throws(ConfigurationError) -> CertificateCacheSettings? {
        var settings = CertificateCacheSettings(maximum: 0, position: reader.position)
        for index in 0..<reader.count {
            switch reader.keyValue(index) {
            case ("off", nil): return nil
            case ("max", let value?):
                guard let count = Quantity.integer(value.utf8), count > 0 else { throw invalid(reader, index) }
                settings.maximum = count
            case ("inactive", let value?): settings.inactive = try time(value, reader, index)
            case ("valid", let value?): settings.valid = try time(value, reader, index)
            default: throw invalid(reader, index)
            }
        }
        guard settings.maximum > 0 else { throw reader.fail("\"\(reader.name)\" must have the \"max\" parameter") }
        return settings
    }

    private static func time(_ value: String, _ reader: DirectiveReader, _ index: Int) throws(ConfigurationError) -> Duration {
        guard let time = Quantity.duration(Array(value.utf8), wholeSeconds: true) else { throw invalid(reader, index) }
        return time
    }

    private static func invalid(_ reader: DirectiveReader, _ index: Int) -> ConfigurationError {
        reader.fail(
            "invalid parameter \"\(reader.string(index))\"", at: index,
            hints: ["\"\(reader.name)\" accepts \"off\", or \"max=\" with \"inactive=\" and \"valid=\""])
    }
}
