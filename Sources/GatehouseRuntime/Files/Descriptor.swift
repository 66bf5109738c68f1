import CGatehouse

/// Owns a descriptor of the operating system and closes it when it goes out of scope.
package struct Descriptor: ~Copyable, Sendable {
    package let number: Int32

    /// Takes over `number`, which has to be open and owned by no one else.
    package init(adopting number: Int32) {
        self.number = number
    }

    /// Gives the descriptor up: from here on the caller closes it.
    package consuming func release() -> Int32 {
        let number = self.number
        discard self
        return number
    }

    package consuming func close() {}

    deinit {
        _ = gatehouse_close(number)
    }
}
