internal import Puller

/// Archives that are here already.
extension Session {
    func convert(_ request: ConvertRequest) async throws {
        let archiver = Archiver(transfer: invocation.transfer)
        try await write(request.archive, keepsWholeIndex: false) { showing in
            switch request.source {
            case .file(let path):
                let stored = try await StoredImages.open(path, preferring: request.platform)
                return try await archiver.convert(stored, to: request.archive, naming: request.name, progress: showing)
            }
        }
    }
}
