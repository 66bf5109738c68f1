import GatehouseRuntime
import GatehouseWire

/// The system's resolver (hosts file, DNS), asked while a configuration is loaded, when blocking is allowed.
struct SystemNames: NameResolving {
    func resolve(_ name: String) -> [IPAddress] { SystemResolver.addresses(of: name) }
}
