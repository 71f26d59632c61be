-- Asks for paths drawn at random, and says how many answers came and how long they took.
-- Arguments: the Authorization header, a file with one path a line, a body to post to them (empty to GET them), and further headers,
-- each as "Name: value".

local paths = {}
local method, headers, body

function init(arguments)
    headers = { Authorization = arguments[1] }
    for path in io.lines(arguments[2]) do
        paths[#paths + 1] = path
    end
    if arguments[3] and arguments[3] ~= "" then
        body = arguments[3]
        headers["Content-Type"] = "application/json"
    end
    method = body and "POST" or "GET"
    for index = 4, #arguments do
        local name, value = arguments[index]:match("^([^:]+): (.*)$")
        headers[name] = value
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
