import GatehouseConfig
import GatehousePolicy
import Testing

/// The settings of `location /` in a server that holds `server` besides, in an `http` block that holds `http`.
func location(_ directives: String, server: String = "", http: String = "") throws -> LocationSettings {
    let configuration = try GatehouseConfigTests.http("\(http) server { \(server) location / { \(directives) } }")
    var captures: [Int] = []
    let path: [UInt8] = [UInt8(ascii: "/")]
    return try #require(configuration.servers[0].locations.find(path.span, captures: &captures)?.value).settings
}

/// The errors of directives in `location /`.
func errorsInLocation(_ directives: String) -> [String] { messages("server { location / { \(directives) } }") }

/// The errors of a configuration without their places.
func messages(_ configuration: String) -> [String] { errors(configuration).map(withoutPlace) }

/// The warnings of a configuration that is otherwise right, without their places.
func warningMessages(_ configuration: String) throws -> [String] { try warnings(configuration).map(withoutPlace) }

private func withoutPlace(_ sentence: String) -> String {
    let words = sentence.split(separator: " ", omittingEmptySubsequences: false)
    return words.count > 2 && words[words.count - 2] == "in" ? words.dropLast(2).joined(separator: " ") : sentence
}

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
