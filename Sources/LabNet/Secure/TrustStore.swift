internal import COpenSSL
internal import FoundationEssentials
internal import Glibc

/// Fills an `X509_STORE`, which stays the caller's. Boundary to it.
struct TrustStore {
    private let store: OpaquePointer

    init(borrowing store: OpaquePointer) {
        self.store = store
        // Whatever certificate stands in the store is an anchor, be it no root: so it is with Docker and certs.d.
        X509_STORE_set_flags(store, UInt(X509_V_FLAG_PARTIAL_CHAIN))
    }

    /// Adds every certificate of a PEM file.
    func add(file path: String) throws(TrustError) {
        try Self.checkReadable(path)
        ErrorQueue.clear()
        guard X509_STORE_load_file(store, path) == 1 else {
            throw .notCertificates(path: path, reason: ErrorQueue.reason)
        }
    }

    /// Adds a folder: its `*.crt` and `*.pem` files now, those named by hash when their subject is asked for.
    func add(folder path: String) throws(TrustError) {
        for file in try Self.files(of: path) where [".crt", ".pem"].contains(where: file.hasSuffix) {
            try add(file: file)
        }
        try add(hashedFolder: path)
    }

    /// Adds a folder whose certificates are read when their subject is asked for.
    func add(hashedFolder path: String) throws(TrustError) {
        try Self.checkReadable(path)
        ErrorQueue.clear()
        guard X509_STORE_load_path(store, path) == 1 else {
            throw .notCertificates(path: path, reason: ErrorQueue.reason)
        }
    }

    /// The paths of a folder's files, in order.
    static func files(of folder: String) throws(TrustError) -> [String] {
        try checkReadable(folder)
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw .unreadable(path: folder, errno: ENOTDIR)
        }
        return names.sorted().map { "\(folder)/\($0)" }
    }

    private static func checkReadable(_ path: String) throws(TrustError) {
        guard access(path, R_OK) == 0 else { throw .unreadable(path: path, errno: errno) }
    }
}

/// Authorities that were named and cannot be used.
public enum TrustError: Error, Hashable, Sendable {
    /// The file or folder cannot be read.
    case unreadable(path: String, errno: Int32)
    /// The file holds no certificate, or a broken one; OpenSSL's words.
    case notCertificates(path: String, reason: String)
    /// A client certificate lacks its key, or the two do not belong together; OpenSSL's words.
    case clientKey(path: String, reason: String)
    /// OpenSSL refused our settings; its words.
    case library(String)
}
