import CGatehouse
import Glibc

/// A pair of sockets between a parent and its child, over which messages and descriptors travel. Blocking: for processes
/// without a loop. A message is kept whole.
package struct DescriptorChannel: ~Copyable {
    private let descriptor: Descriptor

    /// Takes over one end, such as one that was inherited.
    package init(adopting descriptor: consuming Descriptor) {
        self.descriptor = descriptor
    }

    /// Both ends. After a fork each process takes its own, which closes the other.
    package struct Pair: ~Copyable {
        package let parent: DescriptorChannel
        package let child: DescriptorChannel

        package consuming func takeParent() -> DescriptorChannel { parent }
        package consuming func takeChild() -> DescriptorChannel { child }
    }

    package static func makePair() throws(SystemError) -> Pair {
        var first: Int32 = -1
        var second: Int32 = -1
        // Both live for the call.
        _ = try SystemError.check(unsafe gatehouse_socketpair(&first, &second, 1), "socketpair")
        _ = gatehouse_set_nonblocking(first, 0)
        _ = gatehouse_set_nonblocking(second, 0)
        return Pair(
            parent: DescriptorChannel(adopting: Descriptor(adopting: first)),
            child: DescriptorChannel(adopting: Descriptor(adopting: second)))
    }

    package var number: Int32 { descriptor.number }

    /// Sends a message of at least one byte with at most 64 descriptors, which stay open here.
    package func send(_ message: [UInt8], descriptors: [Int32] = []) throws(SystemError) {
        // Both arrays are only read, during the call.
        let result = unsafe message.withUnsafeBytes { bytes in
            unsafe descriptors.withUnsafeBufferPointer { numbers in
                unsafe gatehouse_send_descriptors(
                    descriptor.number, bytes.baseAddress, bytes.count, numbers.baseAddress, Int32(numbers.count))
            }
        }
        if result < 0 { throw SystemError(code: Int32(-result), operation: "sendmsg") }
    }

    /// Waits for a message; empty when the other end is closed. The caller owns the descriptors.
    package func receive(limit: Int = 4096) throws(SystemError) -> (message: [UInt8], descriptors: [Int32]) {
        var numbers = [Int32](repeating: -1, count: GATEHOUSE_MOST_DESCRIPTORS)
        var count = Int32(numbers.count)
        var message = [UInt8](repeating: 0, count: limit)
        // Each array is written up to the length that goes along.
        let result = unsafe message.withUnsafeMutableBytes { bytes in
            unsafe numbers.withUnsafeMutableBufferPointer { numbers in
                unsafe gatehouse_receive_descriptors(descriptor.number, bytes.baseAddress, bytes.count, numbers.baseAddress, &count)
            }
        }
        if result < 0 { throw SystemError(code: Int32(-result), operation: "recvmsg") }
        return (Array(message[..<result]), Array(numbers[..<Int(count)]))
    }
}
