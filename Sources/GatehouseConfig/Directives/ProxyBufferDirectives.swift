/// How much of bodies waits where on its way between client and upstream.
enum ProxyBufferDirectives {
    static let rows: [DirectiveRow] = [
        .flag(
            "proxy_buffering", .everyLevel, location: \.proxy.buffersResponse, default: "on",
            "Reads ahead of the client from the upstream, into buffers and files."),
        .flag(
            "proxy_request_buffering", .everyLevel, location: \.proxy.buffersRequest, default: "on",
            "Takes the whole request body before the upstream is asked."),
        sized("proxy_buffer_size", \.proxy.bufferSize, "4k", "Buffer of the head of an answer."),
        DirectiveRow(
            "proxy_buffers", .everyLevel, .exactly(2), default: "8 4k", "Count and size of the buffers of one answer."
        ) { reader in
            reader.scope.location.proxy.buffers = try reader.buffers()
            reader.whenSettled(check)
        },
        sized("proxy_busy_buffers_size", \.proxy.busyBuffersSize, "8k", "How much of the buffers may be on its way to the client."),
        sized("proxy_temp_file_write_size", \.proxy.tempFileWriteSize, "8k", "Bytes written to a temporary file at once."),
        sized("proxy_max_temp_file_size", \.proxy.maxTempFileSize, "1024m", "Limit of the temporary file of one answer; 0 allows none."),
        DirectiveRow(
            "proxy_temp_path", .everyLevel, .between(1, 4), default: "proxy_temp", "Directory of temporary files of answers."
        ) { reader in
            reader.scope.location.proxy.tempPath = reader.path(0, .prefix)
        },
        DirectiveRow(
            "proxy_limit_rate", .everyLevel, .exactly(1), default: "0", "Bytes a second read from the upstream."
        ) { reader in
            reader.scope.location.proxy.limitRate = try reader.sizeTemplate(0)
        },
    ]

    private static let checkedTogether = [
        "proxy_buffer_size", "proxy_buffers", "proxy_busy_buffers_size", "proxy_temp_file_write_size", "proxy_max_temp_file_size",
    ]

    private static func sized(
        _ name: String, _ field: any DirectiveRow.LocationField<Int>, _ value: String, _ summary: String
    ) -> DirectiveRow {
        DirectiveRow(name, .everyLevel, .exactly(1), default: value, summary) { reader in
            reader.scope.location[keyPath: field] = try reader.size(0)
            reader.whenSettled(check)
        }
    }

    /// The sizes have to fit each other; those not given follow the others. One directive of a block speaks for all.
    private static func check(_ reader: DirectiveReader) throws(ConfigurationError) {
        guard checkedTogether.first(where: { reader.scope.has($0) }) == reader.name else { return }
        var proxy = reader.scope.location.proxy
        let largest = max(proxy.bufferSize, proxy.buffers.size)
        if !reader.isGiven("proxy_busy_buffers_size") { proxy.busyBuffersSize = 2 * largest }
        if !reader.isGiven("proxy_temp_file_write_size") { proxy.tempFileWriteSize = 2 * largest }
        reader.scope.location.proxy = proxy
        if let problem = problem(of: proxy) { throw reader.fail(problem) }
    }

    private static func problem(of proxy: ProxySettings) -> String? {
        let largest = max(proxy.bufferSize, proxy.buffers.size)
        let atLeast = "the maximum of the value of \"proxy_buffer_size\" and one of the \"proxy_buffers\""
        if proxy.buffers.count < 2 { return "there must be at least 2 \"proxy_buffers\"" }
        if proxy.busyBuffersSize < largest { return "\"proxy_busy_buffers_size\" must be equal to or greater than \(atLeast)" }
        if proxy.busyBuffersSize > (proxy.buffers.count - 1) * proxy.buffers.size {
            return "\"proxy_busy_buffers_size\" must be less than the size of all \"proxy_buffers\" minus one buffer"
        }
        if proxy.tempFileWriteSize < largest { return "\"proxy_temp_file_write_size\" must be equal to or greater than \(atLeast)" }
        if proxy.maxTempFileSize != 0 && proxy.maxTempFileSize < largest {
            return "\"proxy_max_temp_file_size\" must be equal to zero to disable temporary files usage or "
                + "must be equal to or greater than \(atLeast)"
        }
        return nil
    }
}
