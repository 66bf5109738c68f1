import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct MirrorAdmissionTests {
    private let start = MonotonicInstant.origin

    @Test func `as many are under way as the limit says`() {
        var admission = MirrorAdmission()
        #expect(admission.asked(limit: 2, now: start) == .start)
        #expect(admission.asked(limit: 2, now: start) == .start)
        #expect(admission.asked(limit: 2, now: start) == .skip(report: 1))
        #expect(admission.underWay == 2)
        admission.ended()
        #expect(admission.asked(limit: 2, now: start) == .start)
        #expect(admission.underWay == 2)
    }

    @Test func `what is left out is reported once in a while, with how many there were`() {
        var admission = MirrorAdmission()
        let answers = [0, 1, 9, 10, 11, 30].map { admission.asked(limit: 0, now: start + .seconds($0)) }
        #expect(
            answers == [.skip(report: 1), .skip(report: nil), .skip(report: nil), .skip(report: 3), .skip(report: nil), .skip(report: 2)])
    }
}
