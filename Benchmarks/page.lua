-- Asks for full pages of 50 of sessions drawn at random, and says how many answers were right.
-- Arguments: the Authorization header, a file of session ids.

local paths = {}
local authorization

function init(arguments)
    authorization = arguments[1]
    for id in io.lines(arguments[2]) do
        paths[#paths + 1] = "/v1/Sessions/" .. id .. "/Messages?PageSize=50"
    end
end

function request()
    return wrk.format("GET", paths[math.random(#paths)], { Authorization = authorization })
end

function done(summary, latency)
    local failed = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
    print(string.format("RESULT %d %f %d", summary.requests, summary.duration / 1e6, failed))
end
