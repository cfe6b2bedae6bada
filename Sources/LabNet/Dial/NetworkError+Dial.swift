internal import Glibc
internal import NIOCore

extension NetworkError.Cause {
    /// What an error means while TCP, or a proxy on it, is being reached. Cancellation is told as ECANCELED.
    init(whileConnecting error: any Error) {
        self =
            switch error {
            case let error as SocketFailure: error.causeWhileConnecting
            case let error as DeadlinePassed: .timedOut(error.limit)
            case let error as ProxyFailure: error.cause
            case let error as IOError: SocketFailure(errno: error.errnoCode).causeWhileConnecting
            case is CancellationError: .system(errno: ECANCELED)
            default: .closedEarly
            }
    }

    /// What an error means for a handshake whose hello has been written, or should have been.
    init(whileSecuring error: any Error) {
        self =
            switch error {
            case let error as TLSFailure: error.cause
            case let error as SocketFailure where [ECONNRESET, EPIPE].contains(error.errno): .resetAfterHello
            case let error as SocketFailure: .system(errno: error.errno)
            case let error as IOError where [ECONNRESET, EPIPE].contains(error.errnoCode): .resetAfterHello
            case let error as IOError: .system(errno: error.errnoCode)
            case let error as TrustError: .tls("\(error)")
            case is CancellationError: .system(errno: ECANCELED)
            default: .closedAfterHello
            }
    }
}

extension NetworkError.Cause {
    /// Whether an exchange that ended like this was cut off: what the server itself does wrong is not meant.
    var meansCut: Bool {
        switch self {
        case .reset, .closedEarly, .timedOut, .tls, .alert, .system: true
        default: false
        }
    }
}
