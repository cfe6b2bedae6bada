internal import Glibc
internal import LabNet

/// Saves container images as archives through networks that are in the way of it.
@main
enum Command {
    /// Reads the command line, does what it says, and ends with the exit code.
    @MainActor static func main() async {
        // A reader that goes away shows as EPIPE where it is written to, see `Console`.
        signal(SIGPIPE, SIG_IGN)
        let words = Array(CommandLine.arguments.dropFirst())
        let console = Console()
        let code = await run(words, in: .machine, console)
        await console.drain()
        exit(code.rawValue)
    }

    @MainActor private static func run(
        _ words: [String], in surroundings: Surroundings, _ console: Console
    ) async -> ExitCode {
        let language = Language(words: words, environment: surroundings.environment)
        if GoSpelling.asks(for: .help, in: words) {
            console.say(Help(language: language).lines, on: .output)
            return .done
        }
        if GoSpelling.asks(for: .version, in: words) {
            console.say(["docker-tar-lab \(version)"], on: .output)
            return .done
        }
        let forgetting = Forgetting(environment: surroundings.environment)
        let invocation: Invocation
        do {
            if try Forgetting.isAll(words) {
                return await forget(by: forgetting, isQuiet: try Flags.reading(words).quiet, console, language)
            }
            invocation = try Invocation(words, in: surroundings)
        } catch {
            console.say(
                [ErrorReport.opening(Sentence(error), in: language), Sentence.seeHelp.text(in: language)], on: .error)
            return .usage
        }
        if let path = invocation.logPath, let failure = openLog(path, console) {
            console.say([ErrorReport.opening(.logFile(path, .errno(failure)), in: language)], on: .error)
            return .disk
        }
        if invocation.forgets, let failure = await forgetting.failure(in: language) {
            console.say(failure, on: .error)
            return .disk
        }
        return await perform(invocation, in: surroundings, console, language)
    }

    private static func forget(
        by forgetting: Forgetting, isQuiet: Bool, _ console: Console, _ language: Language
    ) async -> ExitCode {
        if let failure = await forgetting.failure(in: language) {
            console.say(failure, on: .error)
            return .disk
        }
        if !isQuiet { console.say([forgetting.sentence.text(in: language)], on: .output) }
        return .done
    }

    @MainActor private static func perform(
        _ invocation: Invocation, in surroundings: Surroundings, _ console: Console, _ language: Language
    ) async -> ExitCode {
        Descriptors.raiseLimit()
        FreedMemory.keep()
        let journal = Journal(
            console: console, language: language, toError: invocation.showsSteps,
            toFile: invocation.logPath != nil, isQuiet: invocation.isQuiet)
        let session = Session(
            invocation: invocation, console: console, journal: journal, language: language,
            canDraw: Terminal.canDraw(on: invocation.progressDescriptor, environment: surroundings.environment),
            paper: .init(of: invocation.reportDescriptor, environment: surroundings.environment))
        let work = Task { await session.perform() }
        let interrupts = Interrupts { work.cancel() }
        let code = await work.value
        interrupts.stop()
        // What a cancelled step throws depends on where it was; the signal is what the caller is told.
        return interrupts.haveCome && code != .done ? .interrupted : code
    }

    /// Opens the log at its end, readable by its owner alone: it names the images and hosts that were asked for.
    private static func openLog(_ path: String, _ console: Console) -> Int32? {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return errno }
        console.opened(log: descriptor)
        return nil
    }
}
