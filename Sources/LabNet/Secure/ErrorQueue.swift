internal import COpenSSL

/// OpenSSL's error queue. There is one per thread: it is cleared before a call and read right after it, on that thread.
enum ErrorQueue {
    /// Forgets what earlier calls on this thread have left.
    static func clear() { ERR_clear_error() }

    /// The TLS alert that the peer sent, where that is the latest error.
    static var receivedAlert: UInt8? {
        let error = ERR_peek_last_error()
        guard ERR_GET_LIB(error) == ERR_LIB_SSL else { return nil }
        return UInt8(exactly: ERR_GET_REASON(error) - SSL_AD_REASON_OFFSET)
    }

    /// Whether the latest error is that the peer's certificate was refused.
    static var isCertificateRefusal: Bool {
        let error = ERR_peek_last_error()
        return ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) == SSL_R_CERTIFICATE_VERIFY_FAILED
    }

    /// OpenSSL's words for the latest error.
    static var reason: String {
        let error = ERR_peek_last_error()
        if let words = ERR_reason_error_string(error) { return String(cString: words) }
        var text = [CChar](repeating: 0, count: 256)
        ERR_error_string_n(error, &text, text.count)
        return text.withUnsafeBufferPointer { $0.baseAddress.map(String.init(cString:)) ?? "" }
    }
}
