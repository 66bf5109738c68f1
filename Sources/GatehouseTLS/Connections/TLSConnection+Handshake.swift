import COpenSSL
import GatehouseWire

extension TLSConnection {
    /// Goes on with the handshake as far as the ciphertext received allows.
    ///
    /// Where `ssl_early_data` is on, early data is read here too, and given out by `read` once the handshake is finished: so nothing
    /// acts on bytes that may be replayed (RFC 8446 section 8).
    package func handshake() -> Step {
        guard !isEstablished else { return .done }
        guard let input, let output else { preconditionFailure("handshake without buffers") }
        while true {
            let outcome = earlyPlaintext == nil || earlyDataHasEnded ? handle.handshake(input, output) : readEarlyData(input, output)
            switch outcome {
            case .complete: return finishHandshake()
            case .wantsRead where input.isEmpty: return .wantsMore
            case .wantsRead, .wantsWrite: continue
            case .closed, .failed: return .failed(handshakeFailure())
            }
        }
    }

    private func readEarlyData(_ input: ByteBuffer, _ output: ByteBuffer) -> ConnectionHandle.Outcome {
        guard let earlyPlaintext else { return .failed }
        let (outcome, isFinished) = handle.readEarly(input, output, into: earlyPlaintext)
        if isFinished {
            earlyDataHasEnded = true
            return .wantsWrite
        }
        return outcome == .complete ? .wantsWrite : outcome
    }

    private func finishHandshake() -> Step {
        if let error = verificationFailure() {
            ErrorQueue.clear()
            return .failed(error)
        }
        isEstablished = true
        select = nil
        return .done
    }

    private func handshakeFailure() -> TLSError {
        if isRejected {
            ErrorQueue.clear()
            return TLSError(.rejected, "handshake rejected", isPeerFault: true)
        }
        if let deferredFailure {
            ErrorQueue.clear()
            return deferredFailure
        }
        if ErrorQueue.isEmpty { return TLSError(.handshake, "peer closed connection in SSL handshake", isPeerFault: true) }
        return fail(.handshake, "SSL_do_handshake() failed")
    }

    /// The client's check of chain and name (`proxy_ssl_verify`).
    private func verificationFailure() -> TLSError? {
        guard let client, client.verifies else { return nil }
        if let (code, reason) = handle.verificationFailure {
            return TLSError(.verification, "upstream SSL certificate verify error: (\(code):\(reason))")
        }
        guard let verifyName else { return nil }
        guard let certificate = peerCertificate, certificate.matches(verifyName) else {
            return TLSError(.verification, "upstream SSL certificate does not match \"\(verifyName)\"")
        }
        return nil
    }

    /// Answers OpenSSL's ClientHello callback: chooses the context before any session is looked up.
    func receiveClientHello(name: String?, isMalformed: Bool) -> TLSContextDecision {
        if isMalformed { return .alert(SSL_AD_DECODE_ERROR) }
        // A second ClientHello (after HelloRetryRequest) keeps what the first one chose.
        guard let select else { return .proceed }
        self.select = nil
        helloName = name
        switch select(name) {
        case .reject: return reject()
        case .fail(let error): return refuse(error)
        case .keep: return selectedContext?.rejectsHandshake == true ? reject() : .proceed
        case .use(let context):
            guard !context.rejectsHandshake else { return reject() }
            return follow(context)
        case .show(let certificates, let context):
            let decision = follow(context)
            for certificate in certificates {
                if let error = handle.show(certificate) { return refuse(error) }
            }
            return decision
        }
    }

    private func refuse(_ error: TLSError) -> TLSContextDecision {
        deferredFailure = error
        return .alert(SSL_AD_INTERNAL_ERROR)
    }

    private func reject() -> TLSContextDecision {
        isRejected = true
        return .alert(SSL_AD_UNRECOGNIZED_NAME)
    }

    private func follow(_ context: TLSServerContext) -> TLSContextDecision {
        guard context !== server else { return .proceed }
        // `selectedContext` keeps the context's object, and with it what its callbacks use, for as long as this connection lives.
        selectedContext = context
        recordSize = context.recordSize
        return handle.follow(context.handle) ? .proceed : .alert(SSL_AD_INTERNAL_ERROR)
    }
}

/// What the ClientHello callback tells OpenSSL.
enum TLSContextDecision: Equatable {
    case proceed
    case alert(Int32)
}
