import GatehousePattern
import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct LocationTreeTests {
    static let tree: LocationTree<String> = {
        var tree = LocationTree<String>()
        func add(
            _ kind: LocationTree<String>.Kind, _ path: String, in parent: LocationID? = nil, addsSlash: Bool = false
        ) -> LocationID? {
            tree.add(kind, path: path, path, in: parent, addsSlash: addsSlash)
        }
        func pattern(_ source: String, in parent: LocationID? = nil) -> LocationID? {
            (try? Pattern(source)).flatMap { tree.add(.pattern($0), path: source, "~" + source, in: parent) }
        }
        _ = tree.add(.exact, path: "/", "= /")
        _ = add(.prefix, "/")
        _ = tree.add(.exact, path: "/exact", "= /exact")
        _ = add(.prefix, "/docs")
        _ = add(.prefix, "/docs/api")
        _ = add(.decisivePrefix, "/images/")
        _ = add(.prefix, "/app/", addsSlash: true)
        _ = add(.prefix, "/app!")
        let outer = add(.prefix, "/outer")
        _ = add(.prefix, "/outer/inner", in: outer)
        _ = tree.add(.exact, path: "/outer/one", "= /outer/one", in: outer)
        _ = pattern(#"\.in$"#, in: outer)
        let php = pattern(#"\.php$"#)
        _ = pattern("^/admin", in: php)
        _ = pattern(#"\.in$"#)
        _ = pattern(#"\.jpg$"#)
        _ = add(.named, "@fallback")
        return tree
    }()

    @Test(arguments: [
        ("/", "= /"), ("/x", "/"), ("/exact", "= /exact"), ("/exact/x", "/"), ("/exac", "/"),
        ("/docs", "/docs"), ("/docsx", "/docs"), ("/docs/api/v1", "/docs/api"), ("/docs/ap", "/docs"),
        ("/a.jpg", #"~\.jpg$"#), ("/images/a.jpg", "/images/"), ("/images", "/"), ("/docs/api/a.jpg", #"~\.jpg$"#),
        ("/a.php", #"~\.php$"#), ("/admin/a.php", "~^/admin"), ("/admin/a", "/"),
        ("/outer", "/outer"), ("/outer/inner/x", "/outer/inner"), ("/outer/one", "= /outer/one"),
        ("/outer/inner/x.in", #"~\.in$"#), ("/outer/x.jpg", #"~\.jpg$"#), ("/x.in", #"~\.in$"#),
        ("/app/", "/app/"), ("/app/x", "/app/"), ("/app!", "/app!"), ("/appx", "/"),
    ])
    func `locations are found as nginx finds them`(path: String, expected: String) {
        var captures: [Int] = []
        #expect(Self.tree.find(Array(path.utf8).span, captures: &captures)?.value == expected)
    }

    @Test(arguments: [("/app", true), ("/app/", false), ("/ap", false), ("/images", false)])
    func `a path that lacks the final slash is redirected to a proxied location`(path: String, needsSlash: Bool) {
        var captures: [Int] = []
        let match = Self.tree.find(Array(path.utf8).span, captures: &captures)
        #expect(match?.needsSlash == needsSlash)
    }

    @Test func `an inner expression wins over an outer one`() {
        var captures: [Int] = []
        let inner = Self.tree.find(Array("/outer/x.in".utf8).span, captures: &captures)
        let outer = Self.tree.find(Array("/x.in".utf8).span, captures: &captures)
        #expect(inner?.location != outer?.location)
    }

    @Test(arguments: [("/admin/a.php", [0, 6]), ("/other/a.php", [8, 12])])
    func `captures are those of the expression that matched last`(path: String, expected: [Int]) {
        var captures: [Int] = []
        let match = Self.tree.find(Array(path.utf8).span, captures: &captures)
        #expect(match?.pattern == match?.location)
        #expect(captures == expected)
    }

    @Test func `the length of the matched path is known`() {
        var captures: [Int] = []
        #expect(Self.tree.find(Array("/docs/api/v1".utf8).span, captures: &captures)?.pathLength == 9)
        #expect(Self.tree.find(Array("/x.jpg".utf8).span, captures: &captures)?.pathLength == 0)
    }

    @Test func `named locations are reached by name only`() {
        var captures: [Int] = []
        #expect(Self.tree.named("@fallback")?.value == "@fallback")
        #expect(Self.tree.named("@other") == nil)
        #expect(LocationTree<Int>().find(Array("@fallback".utf8).span, captures: &captures) == nil)
    }

    @Test func `the same location twice is refused`() {
        var tree = LocationTree<Int>()
        #expect(tree.add(.prefix, path: "/a", 1) != nil)
        #expect(tree.add(.exact, path: "/a", 2) != nil)
        #expect(tree.add(.decisivePrefix, path: "/a", 3) == nil)
        #expect(tree.add(.exact, path: "/a", 4) == nil)
    }

    @Test func `prefixes agree with a search through all of them`() {
        var random = SeededGenerator(seed: 1)
        let letters = Array("/ab!".utf8)
        for _ in 0..<50 {
            var tree = LocationTree<[UInt8]>()
            var paths: [[UInt8]] = []
            for _ in 0..<20 {
                let path = randomPath(upTo: 5, of: letters, using: &random)
                if tree.add(.prefix, path: String(decoding: path, as: UTF8.self), path) != nil { paths.append(path) }
            }
            for _ in 0..<100 {
                let path = randomPath(upTo: 7, of: letters, using: &random)
                var captures: [Int] = []
                let longest = paths.filter { path.starts(with: $0) }.max { $0.count < $1.count }
                #expect(tree.find(path.span, captures: &captures)?.value == longest)
            }
        }
    }

    func randomPath(upTo count: Int, of letters: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
        let length = Int.random(in: 0..<count, using: &random)
        return [letters[0]] + (0..<length).map { _ in letters.randomElement(using: &random) ?? 0 }
    }
}
