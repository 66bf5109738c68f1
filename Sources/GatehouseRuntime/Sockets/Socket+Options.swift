import CGatehouse

extension Socket {
    /// `tcp_nodelay`.
    package func setNoDelay(_ isOn: Bool) { set(GATEHOUSE_NO_DELAY, isOn ? 1 : 0) }

    /// `tcp_nopush`: holds partial segments back until it is turned off.
    package func setCork(_ isOn: Bool) { set(GATEHOUSE_CORK, isOn ? 1 : 0) }

    /// `so_keepalive`, with seconds of idleness, seconds between probes, and their number where the kernel's are not wanted.
    package func setKeepalive(_ isOn: Bool, idle: Int? = nil, interval: Int? = nil, count: Int? = nil) {
        set(GATEHOUSE_KEEPALIVE, isOn ? 1 : 0)
        if let idle { set(GATEHOUSE_KEEPALIVE_IDLE, idle) }
        if let interval { set(GATEHOUSE_KEEPALIVE_INTERVAL, interval) }
        if let count { set(GATEHOUSE_KEEPALIVE_COUNT, count) }
    }

    /// In bytes.
    package func setSendBuffer(_ size: Int) { set(GATEHOUSE_SEND_BUFFER, size) }

    /// In bytes.
    package func setReceiveBuffer(_ size: Int) { set(GATEHOUSE_RECEIVE_BUFFER, size) }

    /// What the kernel knows of the TCP connection; nil for other sockets.
    package var transportInfo: TransportInfo? {
        var info = gatehouse_tcp_info()
        // The shim fills in what it is given.
        guard isOpen, unsafe gatehouse_get_tcp_info(descriptor, &info) == 0 else { return nil }
        return TransportInfo(
            roundTripMicroseconds: Int(info.round_trip), roundTripVarianceMicroseconds: Int(info.round_trip_variance),
            congestionWindow: Int(info.congestion_window), receiveSpace: Int(info.receive_space))
    }

    private func set(_ option: gatehouse_option, _ value: Int) {
        if isOpen { _ = gatehouse_set_option(descriptor, Int32(option.rawValue), Int32(clamping: value)) }
    }
}

/// The part of Linux's `TCP_INFO` that `$tcpinfo_*` shows.
package struct TransportInfo: Sendable, Hashable {
    package var roundTripMicroseconds: Int
    package var roundTripVarianceMicroseconds: Int
    /// In segments.
    package var congestionWindow: Int
    /// In bytes.
    package var receiveSpace: Int
}
