import Foundation
import Testing

@testable import gatehouse_fuzz

/// Replays every input of the corpus; those that once trapped are among them.
@Suite struct CorpusTests {
    private static let corpus = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: "Benchmarks/Fuzzing/Corpus")

    @Test(arguments: FuzzTarget.allCases) func `no input of the corpus traps`(_ target: FuzzTarget) throws {
        let folder = Self.corpus.appending(path: target.rawValue)
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(!files.isEmpty)
        for file in files {
            let bytes = [UInt8](try Data(contentsOf: file))
            target.run(bytes.span)
        }
    }
}
