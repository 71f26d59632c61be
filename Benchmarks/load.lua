-- Asks for paths drawn at random, and says how many answers came and how long they took.
-- Arguments: the Authorization header, a file with one path a line, and a body where something is to be posted to them.

local paths = {}
local method, headers, body

function init(arguments)
    headers = { Authorization = arguments[1] }
    for path in io.lines(arguments[2]) do
        paths[#paths + 1] = path
    end
    body = arguments[3]
    method = body and "POST" or "GET"
    if body then
        headers["Content-Type"] = "application/json"
    end
end

function request()
    return wrk.format(method, paths[math.random(#paths)], headers, body)
end

function done(summary, latency)
    local failed = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
    local p50, p99 = latency:percentile(50), latency:percentile(99)
    print(string.format("RESULT %d %d %d %d %d %d", summary.requests, summary.bytes, summary.duration, failed, p50, p99))
end
