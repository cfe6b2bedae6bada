package import LabNet
internal import NIOCore
internal import NIOHTTP1

/// The questions of a pull, one at a time and each once: for whoever wants to see how far a registry, or a mirror in its
/// place, lets one come.
package struct RegistryInquiry: Sendable {
    private let client: RegistryClient
    private let reference: ImageReference

    /// An anonymous client; asks nothing but, on this machine, which scheme the registry speaks.
    ///
    /// - Throws: `PullError` when the mirror is no host; `CancellationError`.
    package init(_ reference: ImageReference, mirror: RegistryMirror?, transport: any HTTPExchanging) async throws {
        var patience = Patience()
        patience.policy.attempts = 1
        client = try await RegistryClient(
            reference, mirror: mirror, access: RegistryAccess(), transport: transport, patience: patience)
        self.reference = reference
    }

    /// What an image's name leads to.
    package struct Image: Sendable {
        /// The digest of the manifest or index that the reference names.
        package var digest: Digest
        /// How many pulls are left, where the registry says so.
        package var pullsLeft: Int?
        /// The configuration of one of its platforms; nil where the name leads to no image.
        package var config: Descriptor?
        /// That configuration and the layers with it, the largest first.
        package var blobs: [Descriptor]
    }

    /// Asks for the manifest that the reference names, by way of the token server where there is one.
    ///
    /// - Throws: `PullError`; `CancellationError`.
    package func image() async throws -> Image {
        do {
            let served = try await client.manifest(of: reference)
            var document = served.document
            if case .index(let index) = document, let entry = index.usual {
                document = try await client.manifest(entry).document
            }
            var image = Image(digest: served.document.descriptor.digest, pullsLeft: served.pullsLeft, blobs: [])
            if case .image(let manifest) = document {
                image.config = manifest.config
                image.blobs = (manifest.layers + [manifest.config]).sorted { $0.size > $1.size }
            }
            return image
        } catch let refusal as Refusal {
            throw refusal.error
        }
    }

    /// Reads the beginning of a blob; what is read is not verified.
    ///
    /// - Parameter isEnough: is asked after every piece, with the bytes that have come.
    /// - Throws: `PullError`; `CancellationError`.
    package func sample(_ blob: Descriptor, until isEnough: @escaping @Sendable (Int) -> Bool) async throws {
        do {
            try await client.get(client.endpoint.blob(blob.digest), headers: [:], step: .layer(blob.digest)) {
                response in
                try await naming(.layer(blob.digest), at: response.url.origin.authority) {
                    var count = 0
                    for try await piece in response.body {
                        count += piece.readableBytes
                        if isEnough(count) { return }
                    }
                }
            }
        } catch let refusal as Refusal {
            throw refusal.error
        }
    }

    /// Fetches a blob whole and verifies it.
    ///
    /// - Throws: `PullError`, `.malformed` for one over `limit` bytes; `CancellationError`.
    package func verify(_ blob: Descriptor, upTo limit: Int) async throws {
        _ = try await client.fetch(blob, step: .config, upTo: limit)
    }
}

extension RegistryInquiry {
    /// What `/v2/` says to those without a token.
    package struct Welcome: Sendable {
        /// 200 and 401 are a registry's (distribution-spec, "Determining Support").
        package var status: Int
        /// The token server's URL as the challenge gives it; foreign text.
        package var realm: String?
        /// Where that is, where a token may be asked for there.
        package var tokenServer: Origin?
    }

    /// Knocks at a registry's door.
    ///
    /// - Throws: `NetworkError`; `CancellationError`.
    package static func knock(at origin: Origin, over transport: any HTTPExchanging) async throws -> Welcome {
        try await transport.exchange(HTTPRequest(url: HTTPURL(origin: origin, target: "/v2/"))) { response in
            // Read to its end, the connection can be used again; of a page that is longer nobody needs the rest.
            _ = try? await response.body.collect(upTo: 1 << 16)
            let challenges = Challenge.parse(response.headers["WWW-Authenticate"])
            let realm = challenges.lazy.compactMap { $0.parameters["realm"] }.first
            return Welcome(
                status: response.status, realm: realm,
                tokenServer: realm.flatMap { try? Realm($0, for: origin).url.origin })
        }
    }
}

extension ImageIndex {
    /// The image that most people would pull: for Linux on amd64, or the first that there is.
    fileprivate var usual: Descriptor? {
        manifest(for: .usual) ?? images.first
    }
}
