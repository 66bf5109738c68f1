import GatehousePattern
import GatehousePolicy
import GatehouseWire

/// A `map` block: the lookup decides on an index, the index names the value.
package struct MapDefinition: Sendable {
    package var source: Template
    package var table: ExactAndWildcardMap
    /// What the table's indices stand for.
    package var values: [Template]
    package var defaultValue: Template
    /// Slots filled by named groups, a list for each regular expression in the table's order.
    package var captureNames: [[(group: Int, slot: Int)]]

    package init(
        source: Template, table: ExactAndWildcardMap, values: [Template], defaultValue: Template, captureNames: [[(group: Int, slot: Int)]]
    ) {
        self.source = source
        self.table = table
        self.values = values
        self.defaultValue = defaultValue
        self.captureNames = captureNames
    }
}

/// A `geo` block.
package struct GeoDefinition: Sendable {
    /// `$remote_addr` unless another variable is named.
    package var source: Template?
    package var table: GeoMap
    package var values: [[UInt8]]
    /// Trusted proxies, whose X-Forwarded-For is looked at instead.
    package var proxies: [CIDR]
    package var isRecursive: Bool

    package init(source: Template?, table: GeoMap, values: [[UInt8]], proxies: [CIDR] = [], isRecursive: Bool = false) {
        self.source = source
        self.table = table
        self.values = values
        self.proxies = proxies
        self.isRecursive = isRecursive
    }
}

/// A `split_clients` block.
package struct SplitClientsDefinition: Sendable {
    package var source: Template
    package var table: ClientSplit
    package var values: [Template]

    package init(source: Template, table: ClientSplit, values: [Template]) {
        self.source = source
        self.table = table
        self.values = values
    }
}
