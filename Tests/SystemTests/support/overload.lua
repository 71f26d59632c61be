-- Appends to sessions, and counts how many were taken, were told to come again, and were answered otherwise.
-- Argument: the Authorization header.

local headers
local body = '{"role":"user","content":{"content":"What a user says in about fifty letters, or more."}}'
local thread

-- Not local: `done` reads them by their names.
taken, refused, odd = 0, 0, 0

function setup(only)
    thread = only
end

function init(arguments)
    headers = { Authorization = arguments[1], ["Content-Type"] = "application/json" }
end

function request()
    return wrk.format("POST", string.format("/v1/Sessions/%d/Messages", math.random(1000)), headers, body)
end

function response(status, headers)
    if status == 201 then
        taken = taken + 1
    elseif status == 429 and headers["Retry-After"] == "1" then
        refused = refused + 1
    else
        odd = odd + 1
    end
end

function done(summary)
    local errors = summary.errors.connect + summary.errors.read + summary.errors.timeout
    print(string.format("RESULT %d %d %d %d", thread:get("taken"), thread:get("refused"), thread:get("odd") + errors, summary.duration))
end
