/// Rows whose reader only parses one value into one field.
extension DirectiveRow {
    package typealias LocationField<Value> = WritableKeyPath<LocationSettings, Value> & Sendable
    package typealias ServerField<Value> = WritableKeyPath<ServerSettings, Value> & Sendable

    package static func flag(
        _ name: String, _ contexts: DirectiveContexts, location field: any LocationField<Bool>, default value: String, _ summary: String
    ) -> DirectiveRow {
        DirectiveRow(name, contexts, .flag, default: value, summary) { reader in
            reader.scope.location[keyPath: field] = try reader.flag()
        }
    }

    package static func flag(
        _ name: String, _ contexts: DirectiveContexts, server field: any ServerField<Bool>, default value: String, _ summary: String
    ) -> DirectiveRow {
        DirectiveRow(name, contexts, .flag, default: value, summary) { reader in
            reader.scope.server[keyPath: field] = try reader.flag()
        }
    }

    /// Bytes, with `k` and `m`.
    package static func size(
        _ name: String, _ contexts: DirectiveContexts, location field: any LocationField<Int>, default value: String, _ summary: String
    ) -> DirectiveRow {
        DirectiveRow(name, contexts, .exactly(1), default: value, summary) { reader in
            reader.scope.location[keyPath: field] = try reader.size(0)
        }
    }

    package static func duration(
        _ name: String, _ contexts: DirectiveContexts, location field: any LocationField<Duration>, default value: String, _ summary: String
    ) -> DirectiveRow {
        DirectiveRow(name, contexts, .exactly(1), default: value, summary) { reader in
            reader.scope.location[keyPath: field] = try reader.duration(0)
        }
    }

    package static func number(
        _ name: String, _ contexts: DirectiveContexts, location field: any LocationField<Int>, in range: ClosedRange<Int> = 0...Int.max,
        default value: String, _ summary: String
    ) -> DirectiveRow {
        DirectiveRow(name, contexts, .exactly(1), default: value, summary) { reader in
            reader.scope.location[keyPath: field] = try reader.integer(0, in: range)
        }
    }

    /// `SIZE COUNT` buffers.
    package static func buffers(
        _ name: String, _ contexts: DirectiveContexts, location field: any LocationField<BufferCount>, default value: String,
        _ summary: String
    ) -> DirectiveRow {
        DirectiveRow(name, contexts, .exactly(2), default: value, summary) { reader in
            reader.scope.location[keyPath: field] = try reader.buffers()
        }
    }
}
