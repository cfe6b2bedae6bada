internal import FoundationEssentials
import Glibc
import Puller

/// Files of this machine, taken in a fixed order until there are enough of them.
struct MachineFiles {
    /// How many bytes are taken in all.
    var budget: Int
    /// A longer file is passed over.
    var longest: Int
    private(set) var files: [LayerFile] = []
    /// What a lower layer has: put in again as a link, it would hide the file there.
    private let below: Set<String>

    init(budget: Int, longest: Int, above lower: [LayerFile] = []) {
        self.budget = budget
        self.longest = longest
        below = Set(lower.map(\.path))
    }

    /// Takes a folder and what is below it, names in the order of their bytes; what may not be read is passed over.
    mutating func take(folder: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) where budget > 0 {
            let path = "\(folder)/\(name)"
            var status = stat()
            guard !below.contains(String(path.dropFirst())), lstat(path, &status) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: take(folder: path)
            case S_IFLNK: takeLink(path)
            case S_IFREG: take(file: path, size: Int(status.st_size), mode: status.st_mode)
            default: continue
            }
        }
    }

    /// Takes what stands at the end of a path, links followed, under the path's own name.
    mutating func take(file path: String) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
        take(file: path, size: Int(status.st_size), mode: status.st_mode)
    }

    /// Adds a link that need not exist here.
    mutating func add(link path: String, to target: String) {
        files.append(LayerFile(path: path, content: .link(target)))
    }

    private mutating func takeLink(_ path: String) {
        guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else { return }
        add(link: String(path.dropFirst()), to: target)
    }

    private mutating func take(file path: String, size: Int, mode: mode_t) {
        guard size <= min(longest, budget), let data = FileManager.default.contents(atPath: path) else { return }
        budget -= data.count
        let content = LayerFile.Content.bytes(Array(data), isExecutable: mode & 0o111 != 0)
        files.append(LayerFile(path: String(path.dropFirst()), content: content))
    }
}

extension LabImage {
    /// An image of five layers, made on the spot from files of this machine: some tens of megabytes, the same at every
    /// call while the files are. It has a shell to run; `linux/amd64` and `linux/arm64` share all layers but the last.
    ///
    /// - Throws: `LabFailure` when zlib or OpenSSL has no memory.
    package static func madeHere(repository: String = "demo/linux", tag: String = "latest") throws -> LabImage {
        #if arch(arm64)
            let (triplet, loader) = ("aarch64-linux-gnu", "/lib/ld-linux-aarch64.so.1")
        #else
            let (triplet, loader) = ("x86_64-linux-gnu", "/lib64/ld-linux-x86-64.so.2")
        #endif
        var shell = MachineFiles(budget: 16 << 20, longest: 8 << 20)
        for folder in ["bin", "lib", "lib64", "sbin"] { shell.add(link: folder, to: "usr/" + folder) }
        shell.take(file: "/usr/bin/bash")
        shell.take(file: "/usr" + loader)
        if !shell.files.contains(where: { $0.path == "usr" + loader }) { shell.take(loader: loader) }
        for library in ["libc.so.6", "libm.so.6", "libtinfo.so.6", "libselinux.so.1", "libpcre2-8.so.0"] {
            shell.take(file: "/usr/lib/\(triplet)/\(library)")
        }
        var programs = MachineFiles(budget: 24 << 20, longest: 2 << 20, above: shell.files)
        programs.take(folder: "/usr/bin")
        var libraries = MachineFiles(budget: 32 << 20, longest: 4 << 20, above: shell.files)
        libraries.take(folder: "/usr/lib/\(triplet)")
        var documents = MachineFiles(budget: 16 << 20, longest: 1 << 20)
        documents.take(folder: "/usr/share")
        let shared = try [shell, programs, libraries, documents].map { try Layer($0.files) }
        let variants = try ["amd64", "arm64"].map { architecture in
            let words = "The lab's image for linux/\(architecture).\n"
            let mark = LayerFile(path: "etc/lab-release", content: .bytes(Array(words.utf8), isExecutable: false))
            let platform = Platform(os: "linux", architecture: architecture)
            return Variant(platform: platform, layers: shared + [try Layer([mark])])
        }
        return try LabImage(repository: repository, tag: tag, variants: variants)
    }
}

extension MachineFiles {
    /// Takes the dynamic loader on a machine where `/lib` is no link to `/usr/lib`, and puts it where the image has it.
    fileprivate mutating func take(loader path: String) {
        take(file: path)
        if let last = files.indices.last, files[last].path == path.dropFirst() { files[last].path = "usr" + path }
    }
}
