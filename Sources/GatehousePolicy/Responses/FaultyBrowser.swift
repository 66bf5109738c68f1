/// Old browsers that mishandle connections which stay open, told apart by `User-Agent` as nginx's `keepalive_disable` does.
package enum FaultyBrowser: Sendable, Equatable {
    /// Internet Explorer before 7 (and 6 before its security update): loses a POST on a connection that was kept open.
    case msie6
    /// Safari on macOS and look-alikes that do not name another engine.
    case safari

    package init?(userAgent: some RandomAccessCollection<UInt8>) {
        let text = Array(userAgent)
        if let browser = FaultyBrowser.explorer(text) {
            guard browser == .old, !FaultyBrowser.contains("Opera", text) else { return nil }
            self = .msie6
            return
        }
        let others = ["Opera", "Gecko/", "Chrome/"]
        guard FaultyBrowser.contains("Safari/", text), FaultyBrowser.contains("Mac OS X", text),
            !others.contains(where: { FaultyBrowser.contains($0, text) })
        else { return nil }
        self = .safari
    }

    private enum Explorer { case old, sound }

    /// `MSIE 5.0` and the like; `nil` where the browser does not claim to be one.
    private static func explorer(_ text: [UInt8]) -> Explorer? {
        guard let start = find("MSIE ", text), start + 7 < text.count else { return nil }
        guard text[start + 6] == UInt8(ascii: ".") else { return .sound }
        switch text[start + 5] {
        case UInt8(ascii: "4"), UInt8(ascii: "5"): return .old
        case UInt8(ascii: "6"): return contains("SV1", Array(text[(start + 8)...])) ? .sound : .old
        default: return .sound
        }
    }

    private static func contains(_ word: String, _ text: [UInt8]) -> Bool { find(word, text) != nil }

    private static func find(_ word: String, _ text: [UInt8]) -> Int? {
        let length = word.utf8.count
        guard text.count >= length, let first = word.utf8.first else { return nil }
        return (0...(text.count - length)).first { text[$0] == first && text[$0..<$0 + length].elementsEqual(word.utf8) }
    }
}
