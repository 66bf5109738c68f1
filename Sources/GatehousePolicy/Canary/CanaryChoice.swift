/// Where one request goes, and whether its result says something about the canary.
package struct CanaryChoice: Sendable, Equatable {
    package let variant: CanaryVariant
    /// Only those whom chance put where they are can be compared: testers and the excluded are not judged.
    package let isJudged: Bool

    /// - Parameters:
    ///   - isExcluded: `exclude`: never sent to the canary, whatever else is said.
    ///   - wish: what a tester's header or cookie asks for; also where the share is 0 or everything.
    @inlinable package init(share: CanaryShare, place: CanaryPlace, isExcluded: Bool = false, wish: CanaryVariant? = nil) {
        if isExcluded {
            self.init(.baseline, isJudged: false)
        } else if let wish {
            self.init(wish, isJudged: false)
        } else {
            self.init(share.contains(place) ? .canary : .baseline, isJudged: true)
        }
    }

    @usableFromInline init(_ variant: CanaryVariant, isJudged: Bool) {
        self.variant = variant
        self.isJudged = isJudged
    }

    /// What a tester's header or cookie may say; `nil` leaves it to the share.
    package static func wish(_ text: some Collection<UInt8>) -> CanaryVariant? {
        if text.elementsEqual("canary".utf8) || text.elementsEqual("always".utf8) { return .canary }
        if text.elementsEqual("baseline".utf8) || text.elementsEqual("never".utf8) { return .baseline }
        return nil
    }
}
