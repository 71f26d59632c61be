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
            "How long a webhook is retried before it counts as failed, in seconds.",
            discussion: "Default: 86400, a day.",
            valueName: "seconds"
        )
    )
    var webhookRetryTime: Int?

    @Option(help: .hidden)
    var callbackRetryTime: Int?

    @Option(
        help: ArgumentHelp(
            "What may connect to loopback, link-local, and private addresses, separated by commas: webhooks.",
            discussion: "Default: nothing.",
            valueName: "names"
        )
    )
    var allowPrivate: String?

    @Flag(help: .hidden)
    var allowPrivateCallbacks = false

    /// For `Settings`. A flag that is not given is left to the environment and the configuration file.
    var given: [Setting: (any CustomStringConvertible)?] {
        [
            .model: model, .modelURL: modelURL, .modelKeyFile: modelKeyFile, .modelTimeout: modelTimeout,
            .keepReasoning: keepReasoning ? true : nil, .historyLimit: historyLimit,
            .maximumWaitingTurns: maxWaitingTurns, .maximumConcurrentTurns: maxConcurrentTurns,
            .webhookRetryTime: webhookRetryTime, .callbackRetryTime: callbackRetryTime, .allowPrivate: allowPrivate,
            .allowPrivateCallbacks: allowPrivateCallbacks ? true : nil,
        ]
    }
}
