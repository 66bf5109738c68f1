/// A directive argument with variables, compiled once when the configuration is read and rendered once a request.
package struct Template: Sendable, Equatable {
    package enum Part: Sendable, Equatable {
        case literal([UInt8])
        case variable(VariableReference)
        /// `$1` … `$9`: a group of the last regular expression that matched in this request.
        case capture(Int)
    }

    /// The argument as it was written, for messages.
    package let source: String
    package let parts: [Part]

    package init(source: String, parts: [Part]) {
        self.source = source
        self.parts = parts
    }

    package init(literal: String) {
        source = literal
        parts = literal.isEmpty ? [] : [.literal(Array(literal.utf8))]
    }

    /// The whole value, where it is the same for every request.
    package var constant: [UInt8]? {
        if parts.isEmpty { return [] }
        if parts.count == 1, case .literal(let bytes) = parts[0] { return bytes }
        return nil
    }
}

/// What a `$name` stands for.
package enum VariableReference: Sendable, Hashable {
    case builtin(BuiltinVariable)
    /// `$arg_NAME`; the name as written.
    case argument([UInt8])
    /// `$cookie_NAME`.
    case cookie([UInt8])
    /// `$http_NAME`; lower case, dashes for underscores.
    case requestHeader([UInt8])
    /// `$sent_http_NAME`, same spelling.
    case responseHeader([UInt8])
    /// `$sent_trailer_NAME`.
    case responseTrailer([UInt8])
    /// `$upstream_http_NAME`.
    case upstreamHeader([UInt8])
    /// `$upstream_cookie_NAME`.
    case upstreamCookie([UInt8])
    /// `$upstream_trailer_NAME`.
    case upstreamTrailer([UInt8])
    /// `$proxy_protocol_tlv_NAME`; the part after `tlv_`.
    case proxyProtocolTLV([UInt8])
    /// A variable that the configuration itself defines: an index into `HTTPConfiguration.slots`.
    case slot(Int)
}

/// A variable that the configuration defines, and how its value comes about when no `set` has given it one.
package struct VariableSlot: Sendable {
    package enum Source: Sendable {
        /// Only `set` and named captures give it a value; it is empty before.
        case assigned
        case map(MapDefinition)
        case geo(GeoDefinition)
        case splitClients(SplitClientsDefinition)
    }
    package let name: String
    package var source: Source
    /// `map … volatile`: computed anew at each use.
    package var isVolatile: Bool

    package init(name: String, source: Source, isVolatile: Bool = false) {
        self.name = name
        self.source = source
        self.isVolatile = isVolatile
    }
}

/// The variables Gatehouse itself provides. The raw value is the name in a configuration.
package enum BuiltinVariable: String, Sendable, CaseIterable {
    // The request.
    case args, query_string, is_args, uri, document_uri, request_uri, request, request_method, scheme, https, host, hostname
    case content_length, content_type, request_body, request_body_file, request_length, request_id, request_completion
    case request_port, is_request_port, server_protocol, remote_user, http_referer, http_user_agent, http_host, http_cookie,
        http_x_forwarded_for
    // The connection.
    case remote_addr, masked_remote_addr, remote_port, binary_remote_addr, realip_remote_addr, realip_remote_port, server_addr, server_port,
        server_name
    case connection, connection_requests, connection_time, pipe, tcpinfo_rtt, tcpinfo_rttvar, tcpinfo_snd_cwnd, tcpinfo_rcv_space
    case proxy_protocol_addr, proxy_protocol_port, proxy_protocol_server_addr, proxy_protocol_server_port
    // Time and process.
    case msec, time_local, time_iso8601, pid, nginx_version, gatehouse_version
    // The answer.
    case status, body_bytes_sent, bytes_sent, request_time, sent_http_content_type, sent_http_content_length, sent_http_location
    case sent_http_last_modified, sent_http_connection, sent_http_keep_alive, sent_http_transfer_encoding, sent_http_cache_control,
        sent_http_link
    case limit_rate, limit_conn_status
    // Files.
    case document_root, realpath_root, request_filename
    // Upstream.
    case proxy_host, proxy_port, proxy_add_x_forwarded_for, proxy_add_via, forward_referer, proxy_internal_body_length,
        proxy_internal_chunked
    case upstream_addr, upstream_status, upstream_connect_time, upstream_header_time, upstream_response_time, upstream_response_length
    case canary_variant, canary_share, canary_state
    case upstream_bytes_received, upstream_bytes_sent, upstream_cache_status, upstream_last_server_name
    // Counters of stub_status.
    case connections_active, connections_reading, connections_writing, connections_waiting
    // TLS with the client.
    case ssl_protocol, ssl_cipher, ssl_ciphers, ssl_curve, ssl_curves, ssl_session_id, ssl_session_reused, ssl_early_data, ssl_server_name
    case ssl_alpn_protocol, ssl_sigalg, ssl_client_sigalg
    case ssl_client_cert, ssl_client_raw_cert, ssl_client_escaped_cert, ssl_client_s_dn, ssl_client_i_dn, ssl_client_s_dn_legacy,
        ssl_client_i_dn_legacy
    case ssl_client_serial, ssl_client_fingerprint, ssl_client_verify, ssl_client_v_start, ssl_client_v_end, ssl_client_v_remain
    // Rewrite.
    case invalid_referer
}
