import COpenSSL

/// A session that an upstream offered, for a later connection to the same upstream under the same name and context.
///
/// `@unchecked Sendable`: OpenSSL counts references to it atomically and copies it before it changes anything.
@safe
package final class TLSSession: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Takes over one reference.
    init(adopting pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }

    deinit { unsafe SSL_SESSION_free(pointer) }

    /// Whether OpenSSL would still offer it.
    package var isResumable: Bool { unsafe SSL_SESSION_is_resumable(pointer) == 1 }
}
