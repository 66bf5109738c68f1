/// Writing headers. Addresses of different families, or none, are written as unknown.
extension ProxyHeader {
    /// Appends the line of version 1.
    package func appendText(to buffer: ByteBuffer) {
        guard let source, let destination, source.address.isV4 == destination.address.isV4 else {
            buffer.append("PROXY UNKNOWN\r\n")
            return
        }
        buffer.append(source.address.isV4 ? "PROXY TCP4 " : "PROXY TCP6 ")
        buffer.append(source.address.text)
        buffer.append(UInt8(ascii: " "))
        buffer.append(destination.address.text)
        buffer.append(UInt8(ascii: " "))
        buffer.appendDecimal(Int(source.port))
        buffer.append(UInt8(ascii: " "))
        buffer.appendDecimal(Int(destination.port))
        buffer.append("\r\n")
    }

    /// Appends the binary header of version 2 with its vectors, which must not exceed 65,499 bytes.
    package func appendBinary(to buffer: ByteBuffer) {
        var body: [UInt8] = []
        var family: UInt8 = 0x00
        if let source, let destination, source.address.isV4 == destination.address.isV4 {
            family = source.address.isV4 ? 0x11 : 0x21
            body += source.address.networkBytes + destination.address.networkBytes
            for port in [source.port, destination.port] { body += [UInt8(port >> 8), UInt8(port & 255)] }
        }
        body += vectors
        precondition(body.count <= 65535, "the vectors are longer than the header can say")
        buffer.append(ProxyProtocol.signature)
        // Version 2, and the command PROXY, or LOCAL where there is nothing to tell.
        buffer.append(family == 0 ? 0x20 : 0x21)
        buffer.append(family)
        buffer.append(UInt8(body.count >> 8))
        buffer.append(UInt8(body.count & 255))
        buffer.append(body)
    }

    /// Adds a vector; a value longer than 65,535 bytes is left out.
    package mutating func appendVector(_ type: UInt8, _ value: [UInt8]) {
        guard value.count <= 65535 else { return }
        vectors += [type, UInt8(value.count >> 8), UInt8(value.count & 255)] + value
    }
}
