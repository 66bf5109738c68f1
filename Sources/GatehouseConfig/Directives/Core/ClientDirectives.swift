/// The client's connection, and the body it sends.
enum ClientDirectives {
    static let bodyRows: [DirectiveRow] = [
        DirectiveRow("client_max_body_size", .everyLevel, .exactly(1), default: "1m", "Largest request body; 0 for any.") {
            $0.scope.location.clientMaxBodySize = try $0.offset(0)
        },
        .size(
            "client_body_buffer_size", .everyLevel, location: \.clientBodyBufferSize, default: "16k",
            "Request body kept in memory; what is longer goes to a file."),
        .size(
            "client_body_memory", .everyLevel, location: \.clientBodyMemory, default: "32m",
            "Memory of each worker for request bodies longer than client_body_buffer_size; when it is used up they go to files. "
                + "0, or the use of $request_body or $request_body_file anywhere, sends them to files at once, as nginx does."),
        .duration("client_body_timeout", .everyLevel, location: \.clientBodyTimeout, default: "60s", "Longest gap in a request body."),
        DirectiveRow(
            "client_body_temp_path", .everyLevel, .between(1, 4), default: "client_body_temp",
            "Directory for request bodies; levels are accepted and not needed."
        ) {
            $0.scope.location.clientBodyTempPath = $0.path(0, .prefix)
        },
        DirectiveRow("client_body_in_file_only", .everyLevel, .exactly(1), default: "off", "Writes every request body to a file.") {
            $0.scope.location.clientBodyInFileOnly = try $0.option(0, ["off": .off, "on": .on, "clean": .clean])
        },
        .flag(
            "client_body_in_single_buffer", .everyLevel, location: \.clientBodyInSingleBuffer, default: "off",
            "Keeps a request body in one buffer."),
    ]

    static let connectionRows: [DirectiveRow] = [
        .duration("send_timeout", .everyLevel, location: \.sendTimeout, default: "60s", "Longest gap between two writes to the client."),
        DirectiveRow(
            "keepalive_timeout", .everyLevel, .between(1, 2), default: "75s",
            "How long an idle connection stays open; the second value is sent to the client."
        ) { reader in
            reader.scope.location.keepaliveTimeout = try reader.duration(0)
            reader.scope.location.keepaliveHeaderTimeout = reader.count == 2 ? try reader.duration(1, wholeSeconds: true) : nil
        },
        .number("keepalive_requests", .everyLevel, location: \.keepaliveRequests, default: "1000", "Most requests of a connection."),
        .duration("keepalive_time", .everyLevel, location: \.keepaliveTime, default: "1h", "Age at which a connection is no longer kept."),
        .duration(
            "keepalive_min_timeout", .everyLevel, location: \.keepaliveMinTimeout, default: "0",
            "Time in which a reload or shutdown does not close an idle connection."),
        DirectiveRow(
            "keepalive_disable", .everyLevel, .between(1, 2), default: "msie6", "Browsers whose connections are not kept.",
            read: readKeepaliveDisable),
        DirectiveRow("lingering_close", .everyLevel, .exactly(1), default: "on", "Reads what a client still sends before closing.") {
            $0.scope.location.lingeringClose = try $0.option(0, ["off": .off, "on": .on, "always": .always])
        },
        .duration("lingering_time", .everyLevel, location: \.lingeringTime, default: "30s", "Longest time of reading before closing."),
        .duration(
            "lingering_timeout", .everyLevel, location: \.lingeringTimeout, default: "5s", "Longest gap in what is read before closing."),
        .flag(
            "reset_timedout_connection", .everyLevel, location: \.resetsTimedOut, default: "off", "Resets connections that timed out."),
        .flag("tcp_nodelay", .everyLevel, location: \.tcpNoDelay, default: "on", "Sends small packets at once."),
        .flag("tcp_nopush", .everyLevel, location: \.tcpNoPush, default: "off", "Fills packets when files are sent."),
        .ignored("send_lowat", .everyLevel, .exactly(1), because: "Linux has no send low-water mark."),
        .ignored("subrequest_output_buffer_size", .everyLevel, .exactly(1), because: "There are no in-memory subrequests."),
        .ignored("msie_padding", .everyLevel, .flag, because: "No browser in use needs error pages of 512 bytes."),
        .ignored("msie_refresh", .everyLevel, .flag, because: "No browser in use needs a refresh instead of a redirect."),
    ]

    @Sendable private static func readKeepaliveDisable(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        var disabled: KeepaliveDisable = []
        for index in 0..<reader.count {
            disabled.formUnion(try reader.option(index, ["none": [], "msie6": .msie6, "safari": .safari]))
        }
        reader.scope.location.keepaliveDisable = disabled
    }
}
