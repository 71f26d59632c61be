-- Asks for pages of sessions drawn at random, and says how many answers came and how long they took.
-- Arguments: the Authorization header, a file with one path a line.

local paths = {}
local authorization

function init(arguments)
    authorization = arguments[1]
    for path in io.lines(arguments[2]) do
        paths[#paths + 1] = path
    end
end

function request()
    return wrk.format("GET", paths[math.random(#paths)], { Authorization = authorization })
end

function done(summary, latency)
    local failed = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
    local p50, p99 = latency:percentile(50), latency:percentile(99)
    print(string.format("RESULT %d %d %d %d %d %d", summary.requests, summary.bytes, summary.duration, failed, p50, p99))
end
