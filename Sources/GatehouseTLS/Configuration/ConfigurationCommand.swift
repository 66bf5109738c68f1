import COpenSSL

/// `ssl_conf_command` and its relatives.
package enum ConfigurationCommand {
    /// Whether the value of the command `name` is a path, which the configuration has to make full first.
    package static func takesPath(_ name: String) -> Bool {
        // The context lives for this call.
        guard let context = unsafe SSL_CONF_CTX_new() else { return false }
        defer { unsafe SSL_CONF_CTX_free(context) }
        unsafe _ = SSL_CONF_CTX_set_flags(context, gatehouse_conf_flags())
        let kind = unsafe UInt32(bitPattern: SSL_CONF_cmd_value_type(context, name))
        return kind == UInt32(SSL_CONF_TYPE_FILE) || kind == UInt32(SSL_CONF_TYPE_DIR)
    }
}
