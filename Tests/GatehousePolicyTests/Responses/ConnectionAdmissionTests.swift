import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct ConnectionAdmissionTests {
    @Test func `accepting stops at the limit and goes on after a close`() {
        var admission = ConnectionAdmission(limit: 2)
        let results = [
            admission.connectionOpened(now: start), admission.connectionOpened(now: start), admission.connectionClosed(now: start),
        ]
        #expect(results == [.accept, .waitForClose, .accept])
    }

    @Test func `without descriptors it waits for a close or a moment`() {
        var admission = ConnectionAdmission(limit: 9, pause: .milliseconds(50))
        let later = start + .milliseconds(50)
        let results = [
            admission.connectionOpened(now: start), admission.descriptorsRanOut(now: start), admission.pauseEnded(now: start),
            admission.pauseEnded(now: later), admission.descriptorsRanOut(now: later), admission.connectionClosed(now: later),
        ]
        let again = later + .milliseconds(50)
        #expect(results == [.accept, .waitUntil(later), .waitUntil(later), .accept, .waitUntil(again), .accept])
        #expect(admission.open == 0)
    }

    @Test func `another limit holds at once, and connections above it stay`() {
        var admission = ConnectionAdmission(limit: 1)
        let results = [
            admission.connectionOpened(now: start), admission.limitChanged(to: 3, now: start), admission.connectionOpened(now: start),
            admission.limitChanged(to: 1, now: start), admission.connectionClosed(now: start), admission.connectionClosed(now: start),
        ]
        #expect(results == [.waitForClose, .accept, .accept, .waitForClose, .waitForClose, .accept])
    }
}
