/// `Via` (RFC 9110 §7.6.3): who has passed a message on.
package enum ViaField {
    /// Whether one of the intermediaries that passed the message on calls itself `pseudonym`.
    package static func names(_ pseudonym: [UInt8], in fields: HeaderFields) -> Bool {
        for index in fields.indices(of: .via) {
            for element in FieldList.elements(of: Array(fields.value(at: index))) {
                // received-protocol, received-by, and perhaps a comment.
                let words = element.split(separator: 0x20, omittingEmptySubsequences: true)
                if words.count >= 2, HeaderFields.equalsIgnoringCase(words[1], pseudonym) { return true }
            }
        }
        return false
    }
}
