import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// Groups and peers as text for people, in columns.
enum UpstreamTable {
    static func list(_ groups: [UpstreamGroup], now: MonotonicInstant) async -> String {
        var rows = [["UPSTREAM", "SERVERS", "PEERS", "UP", "ACTIVE"]]
        for group in groups where !group.settings.isImplicit && group.settings.canary == nil {
            let peers = await group.pool.snapshots(now: now).map(\.snapshot)
            let counts = [group.lines.all.count, peers.count, peers.count { $0.state == .up }, peers.reduce(0) { $0 + $1.active }]
            rows.append([group.settings.name] + counts.map(String.init))
        }
        return text(rows)
    }

    static func show(_ group: UpstreamGroup, now: MonotonicInstant) async -> String {
        var rows = [["PEER", "SERVER", "STATE", "WEIGHT", "ACTIVE", "FAILS", "REQUESTS", "FAILED", "PARAMETERS"]]
        let lines = group.lines
        var shown: Set<Int> = []
        for (peer, snapshot) in await group.pool.snapshots(now: now).sorted(by: { $0.peer.line < $1.peer.line }) {
            shown.insert(peer.line)
            let counts = [snapshot.weight, snapshot.active, snapshot.fails, snapshot.leases, snapshot.failures]
            rows.append(
                [peer.address.description, snapshot.name, "\(snapshot.state)"] + counts.map(String.init)
                    + [parameters(lines[peer.line], isBackup: snapshot.isBackup)])
        }
        for line in lines.all where !shown.contains(line.number) {
            // A name that stands for no address at the moment.
            rows.append(["-", line.settings.name, "-", "-", "-", "-", "-", "-", parameters(line.settings, isBackup: false)])
        }
        return text(rows)
    }

    private static func parameters(_ settings: UpstreamServerSettings?, isBackup: Bool) -> String {
        let own = (settings?.parameters ?? []).filter { !$0.hasPrefix("weight=") && $0 != "down" && $0 != "drain" && $0 != "backup" }
        let all = own + (isBackup || settings?.isBackup == true ? ["backup"] : [])
        return all.isEmpty ? "-" : all.joined(separator: ",")
    }

    private static func text(_ rows: [[String]]) -> String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.indices.map { column in
                column == row.count - 1 ? row[column] : row[column] + String(repeating: " ", count: widths[column] - row[column].count)
            }
            return cells.joined(separator: "  ") + "\n"
        }.joined()
    }
}
