import GatehouseConfig
import GatehouseWire

extension ServerSettings {
    /// What a request head may measure: `client_header_buffer_size`, `large_client_header_buffers`, `max_headers` and their relatives.
    var headLimits: RequestHeadParser.Limits {
        var limits = RequestHeadParser.Limits()
        limits.lineLength = max(largeClientHeaderBuffers.size, clientHeaderBufferSize)
        limits.totalBytes = clientHeaderBufferSize + largeClientHeaderBuffers.count * largeClientHeaderBuffers.size
        limits.fieldCount = maxHeaders
        limits.ignoresInvalidNames = ignoresInvalidHeaders
        limits.allowsUnderscores = underscoresInHeaders
        return limits
    }
}
