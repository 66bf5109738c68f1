import GatehouseConfig
import Testing

struct ConditionSyntaxTests {
    @Test(arguments: [
        (["($a)"], ConditionSyntax.isTrue(variable: "$a")),
        (["(", "$a", ")"], .isTrue(variable: "$a")),
        (["($a", "=", "b)"], .equals(variable: "$a", value: "b", negated: false)),
        (["($a", "!=", "", ")"], .equals(variable: "$a", value: "", negated: true)),
        (["($a", "~", "^x", ")"], .matches(variable: "$a", pattern: "^x", caseInsensitive: false, negated: false)),
        (["($a", "!~*", "(x))"], .matches(variable: "$a", pattern: "(x)", caseInsensitive: true, negated: true)),
        (["(-f", "$request_filename)"], .file(path: "$request_filename", .isFile, negated: false)),
        (["(", "!-d", "/x", ")"], .file(path: "/x", .isDirectory, negated: true)),
        (["(-e", "x)"], .file(path: "x", .exists, negated: false)),
        (["(!-x", "x)"], .file(path: "x", .isExecutable, negated: true)),
    ])
    func `a condition is taken apart`(arguments: [String], condition: ConditionSyntax) throws {
        #expect(try ConditionSyntax(parsing: arguments) == condition)
    }

    @Test(arguments: [
        (["$a"], #"invalid condition "$a""#, 0), (["($a"], #"invalid condition "$a""#, 0), (["(a)"], #"invalid condition "a""#, 0),
        (["($a", "=)"], #"invalid condition "$a""#, 0), (["($a", "==", "b)"], #"unexpected "==" in condition"#, 1),
        (["(-f)"], #"invalid condition "-f""#, 0), (["(-z", "x)"], #"invalid condition "-z""#, 0), (["()"], #"invalid condition """#, 0),
    ])
    func `a malformed condition is refused`(arguments: [String], message: String, index: Int) {
        #expect(throws: ArgumentError(message, at: index)) { try ConditionSyntax(parsing: arguments) }
    }
}
