import GatehouseConfig
import Testing

@testable import Gatehouse

@Suite struct EnvironmentTests {
    @Test func `the server process inherits TZ and what env names, nothing else`() {
        var settings = MainSettings()
        settings.environment = [(name: "PATH", value: nil), (name: "MODE", value: "fast")]
        let forgotten = settings.environmentToForget(of: ["TZ=UTC", "PATH=/bin", "MODE=slow", "SECRET=a=b", "EMPTY="])
        #expect(forgotten == ["SECRET", "EMPTY"])
    }
}
