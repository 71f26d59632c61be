import ArgumentParser

/// What `serve` is told of models, turns and callbacks.
struct ReplyArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The model that replies, by its server's name for it, or echo, which answers with what it is told.",
            discussion: "The default is none: messages are kept, and sending says that there is no model."
        )
    )
    var model: String?

    @Option(
        help: ArgumentHelp(
            "The model's server: any with OpenAI's chat completions, like http://127.0.0.1:11434/v1.",
            discussion: "Its key, where it wants one, comes from UNDERSTUDY_MODEL_KEY or --model-key-file.",
            valueName: "url"
        )
    )
    var modelURL: String?

    @Option(help: ArgumentHelp("A file with the key of the model's server.", valueName: "file"))
    var modelKeyFile: String?

    @Option(
        help: ArgumentHelp(
            "How long a reply may take, with every retry.",
            discussion: "The default is 60.",
            valueName: "seconds"
        )
    )
    var modelTimeout: Int?

    @Flag(help: "Keep a model's reasoning in the meta of its message. Default: reasoning is dropped.")
    var keepReasoning = false

    @Option(
        help: ArgumentHelp(
            "How much of a session a model is told: the newest messages, in bytes of their text.",
            discussion: "The default is 32768.",
            valueName: "bytes"
        )
    )
    var historyLimit: Int?

    @Option(
        help: ArgumentHelp(
            "How many messages of a session may wait behind the one that is being answered; more get 429.",
            discussion: "The default is 10.",
            valueName: "count"
        )
    )
    var maxWaitingTurns: Int?

    @Option(
        help: ArgumentHelp(
            "How many sessions are answered at once.",
            discussion: "The default is 64.",
            valueName: "count"
        )
    )
    var maxConcurrentTurns: Int?

    @Option(
        help: ArgumentHelp(
            "How long a callback is tried before it is kept as failed.",
            discussion: "The default is 86400: a day.",
            valueName: "seconds"
        )
    )
    var callbackRetryTime: Int?

    @Option(
        help: ArgumentHelp(
            "What may connect to loopback, link-local, and private addresses, separated by commas: webhooks.",
            discussion: "Default: nothing.",
            valueName: "names"
        )
    )
    var allowPrivate: String?

    @Flag(help: "The same as --allow-private webhooks.")
    var allowPrivateCallbacks = false

    /// By the options' names, for `Settings`.
    var texts: [String: String?] {
        ["model": model, "model-url": modelURL, "model-key-file": modelKeyFile, "allow-private": allowPrivate]
    }

    /// By the options' names, for `Settings`.
    var integers: [String: Int?] {
        [
            "model-timeout": modelTimeout, "history-limit": historyLimit, "max-waiting-turns": maxWaitingTurns,
            "max-concurrent-turns": maxConcurrentTurns, "callback-retry-time": callbackRetryTime,
        ]
    }

    /// By the options' names, for `Settings`; one that is not given is left to the environment and the file.
    var flags: [String: Bool] {
        [("allow-private-callbacks", allowPrivateCallbacks), ("keep-reasoning", keepReasoning)].reduce(into: [:]) {
            if $1.1 { $0[$1.0] = true }
        }
    }
}
