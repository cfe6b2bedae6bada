import Foundation

/// Judges JSON by the schema of the documentation, with a validator that is not ours (python3-jsonschema).
enum Validator {
    /// The names of the documents that the schema refuses, each with the first complaint.
    ///
    /// - Throws: `Failure` where the validator itself does not run.
    static func refused(_ documents: [String: Data]) async throws -> [String: String] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "dtl-\(UUID().uuidString.prefix(13))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let input = folder.appendingPathComponent("in.json")
        let texts = documents.mapValues { String(decoding: $0, as: UTF8.self) }
        try JSONEncoder().encode(texts).write(to: input)
        let (output, complaints) = (folder.appendingPathComponent("out"), folder.appendingPathComponent("err"))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", program, schema.path, input.path]
        for file in [output, complaints] { try Data().write(to: file) }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: complaints)
        process.standardInput = FileHandle.nullDevice
        let (ended, end) = AsyncStream.makeStream(of: Void.self)
        process.terminationHandler = { _ in end.finish() }
        try process.run()
        for await _ in ended {}
        guard process.terminationStatus == 0 else {
            throw Failure(description: String(decoding: try Data(contentsOf: complaints), as: UTF8.self))
        }
        return try JSONDecoder().decode([String: String].self, from: Data(contentsOf: output))
    }

    /// The validator did not run.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private static let schema = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../docs/diagnosis.schema.json").standardized

    private static let program = """
        import json, sys
        from jsonschema import Draft202012Validator
        schema = json.load(open(sys.argv[1]))
        Draft202012Validator.check_schema(schema)
        validator = Draft202012Validator(schema)
        refused = {}
        for name, text in json.load(open(sys.argv[2])).items():
            errors = sorted(validator.iter_errors(json.loads(text)), key=lambda error: list(map(str, error.absolute_path)))
            if errors:
                refused[name] = "/".join(map(str, errors[0].absolute_path)) + ": " + errors[0].message[:300]
        json.dump(refused, sys.stdout)
        """
}
