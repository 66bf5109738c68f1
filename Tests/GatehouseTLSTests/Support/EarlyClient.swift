import COpenSSL
import GatehouseWire

@testable import GatehouseTLS

/// A client that sends early data, straight over OpenSSL's memory BIOs: the proxy itself never does.
@safe
final class EarlyClient {
    private let ssl: OpaquePointer
    private let received: OpaquePointer
    private let sent: OpaquePointer

    init(_ context: TLSClientContext, _ session: TLSSession) {
        // The SSL owns both BIOs and is freed with this object.
        unsafe ssl = SSL_new(context.handle.pointer)
        unsafe received = BIO_new(BIO_s_mem())
        unsafe sent = BIO_new(BIO_s_mem())
        unsafe SSL_set_bio(ssl, received, sent)
        unsafe SSL_set_connect_state(ssl)
        unsafe SSL_set_session(ssl, session.pointer)
        unsafe _ = gatehouse_ssl_set_server_name(ssl, "example.com")
    }

    deinit { unsafe SSL_free(ssl) }

    func writeEarly(_ bytes: [UInt8]) -> Bool {
        var count = 0
        // The length is the array's.
        return unsafe SSL_write_early_data(ssl, bytes, bytes.count, &count) == 1
    }

    func finish(_ answer: ByteBuffer) -> Bool {
        let bytes = answer.bytes()
        answer.clear()
        // As above.
        unsafe _ = BIO_write(received, bytes, Int32(bytes.count))
        return unsafe SSL_do_handshake(ssl) == 1
    }

    func take(into buffer: ByteBuffer) {
        buffer.append(unsafe MemoryText.contents(of: sent))
        unsafe _ = BIO_ctrl(sent, BIO_CTRL_RESET, 0, nil)
    }
}
