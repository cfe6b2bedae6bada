internal import LabNet
internal import NIOCore
internal import NIOHTTP1

/// What one request of a push asks for (OCI distribution-spec 1.1, "Push").
extension RegistryClient {
    /// Whether a blob is in the repository.
    ///
    /// - Throws: `PullError`; `CancellationError`.
    func has(_ blob: Digest) async throws -> Bool {
        try await head(endpoint.blob(blob), step: .upload(blob)) { _ in true } ?? false
    }

    /// The digest that a tag stands for, or a manifest's own where it is there; nil where nothing is, or the registry does
    /// not say.
    ///
    /// - Throws: `PullError`; `CancellationError`.
    func published(_ name: String) async throws -> Digest? {
        try await head(endpoint.manifest(name), headers: ["Accept": MediaType.accepted], step: .publish) { response in
            response.headers.first(name: "Docker-Content-Digest").flatMap { Digest($0) }
        } ?? nil
    }

    private func head<Value: Sendable>(
        _ url: HTTPURL, headers: HTTPHeaders = [:], step: PullError.Step,
        _ read: @escaping @Sendable (HTTPResponse) -> Value
    ) async throws -> Value? {
        try await patience.insist(established: true) {
            do {
                return try await get(url, by: .HEAD, headers: headers, step: step) { response in
                    // Nothing comes, but the connection is free only when that has been read.
                    _ = try? await response.body.collect(upTo: 0)
                    return read(response)
                }
            } catch let refusal as Refusal where refusal.saysAbsent {
                return nil
            }
        }
    }

    /// What a registry says when an upload is to begin.
    enum Beginning: Sendable {
        /// It has taken the blob over from another repository.
        case mounted
        /// It waits for the bytes.
        case session(UploadSession)
    }

    /// Begins a blob's upload, or has the registry take it over from another of its repositories.
    ///
    /// - Throws: `PullError`; `CancellationError`.
    func begin(_ blob: Digest, mountingFrom other: String? = nil) async throws -> Beginning {
        // Digest and path are safe in a query by their grammar.
        let query = other.map { "?mount=\(blob)&from=\($0)" } ?? ""
        var request = HTTPRequest(method: .POST, url: endpoint.uploads(query))
        request.followsWithBody = true
        return try await patience.insist(established: true) { [request] in
            try await ask(request, accepting: [201, 202], step: .upload(blob)) { [endpoint] response in
                try await Self.drain(response)
                if response.status == 201, other != nil {
                    try Self.check(response, says: blob)
                    return .mounted
                }
                return .session(try UploadSession(response, at: endpoint))
            }
        }
    }

    /// Sends a part of a blob.
    ///
    /// - Returns: the session from there on, and how many bytes the registry has now; nil where it does not say.
    /// - Throws: `Refusal`, `PullError`; `CancellationError`.
    func append(
        _ part: ByteBuffer, at offset: Int64, of blob: Digest, in session: UploadSession
    ) async throws -> (session: UploadSession, received: Int64?) {
        let last = offset + Int64(part.readableBytes) - 1
        let request = request(
            .PATCH, session.url, session, ["Content-Range": "\(offset)-\(last)"],
            // As a stream, since a slow line may take its time over it.
            body: .stream(HTTPBodyStream(length: Int64(part.readableBytes)) { try await $0.write(part) }))
        return try await ask(request, accepting: [202], step: .upload(blob)) { [endpoint] response in
            try await Self.drain(response)
            return try Self.progress(response, session, endpoint)
        }
    }

    /// How far an upload has come.
    ///
    /// - Throws: `Refusal`, `PullError`; `CancellationError`.
    func progress(
        of blob: Digest, in session: UploadSession
    ) async throws -> (session: UploadSession, received: Int64?) {
        var request = HTTPRequest(url: session.url)
        request.reach = session.reach
        return try await ask(request, accepting: [200, 204], step: .upload(blob)) { [endpoint] response in
            try await Self.drain(response)
            return try Self.progress(response, session, endpoint)
        }
    }

    private static func progress(
        _ response: HTTPResponse, _ session: UploadSession, _ endpoint: RegistryEndpoint
    ) throws -> (session: UploadSession, received: Int64?) {
        var next = session
        // The upload's state may be in the address, so that only the newest is right.
        if response.headers.contains(name: "Location") {
            next = try UploadSession(response, at: endpoint)
            next.leastChunk = session.leastChunk
        }
        return (next, try UploadSession.received(response.headers))
    }

    /// Ends an upload, with the bytes that are left; the registry checks the digest.
    ///
    /// - Throws: `Refusal`, `PullError`: `.digestMismatch` when the registry names another digest; what the body's maker
    ///   throws; `CancellationError`.
    func end(_ blob: Digest, in session: UploadSession, with body: HTTPRequestBody = .bytes(ByteBuffer())) async throws
    {
        let request = request(.PUT, session.end(with: blob), session, [:], body: body)
        try await ask(request, accepting: [201, 204], step: .upload(blob)) { response in
            try await Self.drain(response)
            try Self.check(response, says: blob)
        }
    }

    /// Tells the registry that an upload is not gone on with. It forgets in time by itself, so that this may fail.
    func abandon(_ blob: Digest, _ session: UploadSession) async {
        var request = HTTPRequest(method: .DELETE, url: session.url)
        request.reach = session.reach
        _ = try? await ask(request, accepting: [200, 202, 204], step: .upload(blob)) { try await Self.drain($0) }
    }

    /// Puts a manifest or an index under a tag or its own digest.
    ///
    /// - Throws: `PullError`: `.digestMismatch` when the registry names another digest; `CancellationError`.
    func publish(_ document: Descriptor, _ bytes: [UInt8], as name: String) async throws {
        var request = HTTPRequest(
            method: .PUT, url: endpoint.manifest(name), headers: ["Content-Type": document.mediaType],
            body: ByteBuffer(bytes: bytes))
        request.followsWithBody = true
        try await patience.insist(established: true) { [request] in
            try await ask(request, accepting: [200, 201, 202], step: .publish) { response in
                try await Self.drain(response)
                try Self.check(response, says: document.digest)
            }
        }
    }

    private func request(
        _ method: HTTPMethod, _ url: HTTPURL, _ session: UploadSession, _ headers: HTTPHeaders,
        body: HTTPRequestBody
    ) -> HTTPRequest {
        var request = HTTPRequest(method: method, url: url, headers: headers)
        request.headers.add(name: "Content-Type", value: "application/octet-stream")
        (request.body, request.reach, request.followsWithBody) = (body, session.reach, true)
        return request
    }

    /// The digest that the registry has found must be ours; another algorithm's says nothing.
    private static func check(_ response: HTTPResponse, says digest: Digest) throws(PullError.Cause) {
        guard let field = response.headers.first(name: "Docker-Content-Digest") else { return }
        guard let said = Digest(field) else { throw .malformed("Docker-Content-Digest is no digest") }
        guard said.algorithm != digest.algorithm || said == digest else {
            throw .digestMismatch(expected: digest, actual: said)
        }
    }

    /// Reads what little there is, so that the connection can be used again.
    private static func drain(_ response: HTTPResponse) async throws {
        do {
            _ = try await response.body.collect(upTo: 1 << 16)
        } catch is BodyTooLarge {
            // Nobody needs it; the connection is not kept.
        }
    }
}

extension Refusal {
    /// Whether what was asked for by HEAD is not there, or HEAD is not known: then it is sent, and shows.
    fileprivate var saysAbsent: Bool {
        switch error.cause {
        case .notFound, .status(405, _): true
        default: false
        }
    }
}

extension RegistryEndpoint {
    /// Where uploads begin.
    func uploads(_ query: String) -> HTTPURL {
        HTTPURL(origin: origin, target: "/v2/\(repository)/blobs/uploads/\(query)")
    }
}
