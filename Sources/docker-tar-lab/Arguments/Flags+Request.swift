internal import LabNet
internal import Puller

extension Flags {
    /// What to pull and where to put it.
    func request(for reference: ImageReference, in surroundings: Surroundings) throws(UsageError) -> PullRequest {
        let platform = try platform()
        let (output, compression) = try self.output(reference, platform, in: surroundings)
        var request = PullRequest(reference: reference, platform: platform ?? Self.usualPlatform, output: output)
        request.allPlatforms = platform == nil
        request.archive.compression = compression
        request.archive.layout = try layout(at: surroundings.time())
        request.name = try name()
        request.archive.jobs = try parallelJobs()
        return request
    }

    /// Whether JSON is printed in place of a table.
    var printsJSON: Bool { json == "true" }

    /// Which image is described, and how.
    func inspection(of reference: ImageReference) throws(UsageError) -> InspectRequest {
        guard let platform = try platform() else { throw .invalidValue(.arch, "all", .expectedOnePlatform) }
        return InspectRequest(reference: reference, platform: arch == nil ? nil : platform, asJSON: printsJSON)
    }

    private static let usualPlatform = Platform(os: "linux", architecture: "amd64")

    /// The platform; nil for all of them.
    private func platform() throws(UsageError) -> Platform? {
        guard let arch else { return Self.usualPlatform }
        guard arch.lowercased() != "all" else { return nil }
        do { return try Platform(parsing: arch) } catch {
            throw .invalidValue(.arch, error.text, .reason(error))
        }
    }

    private func output(
        _ reference: ImageReference, _ platform: Platform?, in surroundings: Surroundings
    ) throws(UsageError) -> (ArchiveRequest.Output, ArchiveRequest.Compression) {
        guard output != "-" else {
            if noClobber { throw .conflict(Flag.noClobber.spelling, "\(Flag.output.spelling) -") }
            return (.standardOutput, .none)
        }
        if output == "" { throw .invalidValue(.output, "", .expectedSomething) }
        let ownName = reference.archiveFileName(for: platform)
        guard let output, !output.hasSuffix("/"), !surroundings.isFolder(output) else {
            let folder = output.map { $0.hasSuffix("/") ? $0 : $0 + "/" } ?? ""
            return (.file(path: folder + ownName, replacing: noClobber ? .nothing : .sameImage), .none)
        }
        return (.file(path: output, replacing: noClobber ? .nothing : .anything), Self.compression(of: output))
    }

    private static func compression(of path: String) -> ArchiveRequest.Compression {
        let path = path.lowercased()
        if [".tar.gz", ".tgz"].contains(where: path.hasSuffix) { return .gzip }
        return [".tar.zst", ".tzst"].contains(where: path.hasSuffix) ? .zstd : .none
    }

    private func layout(at time: Int64) throws(UsageError) -> ArchiveLayout {
        switch format ?? "docker" {
        case "docker": return .docker(keepIndex: keepIndex)
        case "docker-20.10":
            let format = "\(Flag.format.spelling) docker-20.10"
            if keepIndex { throw .conflict(Flag.keepIndex.spelling, format) }
            if try platform() == nil { throw .conflict("\(Flag.arch.spelling) all", format) }
            return .docker2010(saveTime: time)
        case let other: throw .invalidValue(.format, other, .expectedFormat)
        }
    }

    private func name() throws(UsageError) -> ImageReference? {
        guard let text = nameInArchive else { return nil }
        let name: ImageReference
        do { name = try ImageReference(parsing: text) } catch {
            throw .invalidValue(.nameInArchive, text, .reason(error))
        }
        guard name.digest == nil else { throw .invalidValue(.nameInArchive, text, .expectedTaggedName) }
        return name
    }

    private func parallelJobs() throws(UsageError) -> Int {
        guard let jobs else { return 4 }
        guard let number = Int(jobs), (1...64).contains(number) else {
            throw .invalidValue(.jobs, jobs, .expectedJobs)
        }
        return number
    }
}
