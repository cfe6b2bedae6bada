internal import LabNet
internal import NIOHTTP1

extension RegistryClient {
    /// The digest of what a tag stands for, by a HEAD, which counts as no pull; by a GET where the registry does not say.
    ///
    /// - Throws: `PullError`; `CancellationError`.
    func digest(of reference: ImageReference) async throws -> Digest {
        let url = endpoint.manifest(reference.tag ?? "latest")
        let headers: HTTPHeaders = ["Accept": MediaType.accepted]
        do {
            let said = try await get(url, by: .HEAD, headers: headers, step: .manifest) { response in
                // Nothing comes, but the connection is free only when that has been read.
                _ = try? await response.body.collect(upTo: 0)
                return response.headers.first(name: "Docker-Content-Digest").flatMap { Digest($0) }
            }
            if let said { return said }
        } catch let refusal as Refusal {
            // Some registries know no HEAD; who has no such tag says so again.
            guard case .status = refusal.error.cause else { throw refusal.error }
        }
        return try await manifest(of: reference).document.descriptor.digest
    }
}
