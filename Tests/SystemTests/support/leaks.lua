-- A mixed load: lists, appends, changes, deletes, sends, and what is refused. What it appends, it deletes again.
-- Arguments: the Authorization header, an assistant's id, what sessions' names begin with, and how many milliseconds a
-- connection waits before a request.

local SESSIONS = 50
-- How many messages there are at once.
local MESSAGES = 2000
local TEXT = '{"content":"What a user says in about fifty letters, or more."}'
local BODY = '{"role":"user","content":' .. TEXT .. '}'

local right, assistant, prefix, pause
local thread
-- What was appended and not deleted yet.
local paths = {}
-- Where a list went on.
local following
-- Sessions that were made by sending.
local sent = 0

-- Not local: `done` reads them by their names.
answered, odd = 0, 0

function setup(only)
    thread = only
end

function init(arguments)
    right = { Authorization = arguments[1], ["Content-Type"] = "application/json" }
    assistant, prefix, pause = arguments[2], arguments[3], tonumber(arguments[4])
    math.randomseed(os.time())
    if pause == 0 then delay = nil end
end

function delay()
    return math.floor(pause + math.random())
end

local function with(name, value)
    local headers = {}
    for key, other in pairs(right) do headers[key] = other end
    headers[name] = value
    return headers
end

local function session(kind, number)
    return string.format("/v1/Sessions/%s%s%d", prefix, kind, number)
end

local function random_session()
    return session("s", math.random(SESSIONS))
end

local function list()
    if following then
        local target = following
        following = nil
        return wrk.format("GET", target, right)
    end
    return wrk.format("GET", string.format("%s/Messages?PageSize=%d", random_session(), math.random(60)), right)
end

local function append()
    return wrk.format("POST", random_session() .. "/Messages", right, BODY)
end

local function list_compressed()
    return wrk.format("GET", random_session() .. "/Messages", with("Accept-Encoding", "gzip"))
end

local function delete_or_append()
    if #paths < MESSAGES then return append() end
    local place = math.random(#paths)
    local path = paths[place]
    paths[place] = paths[#paths]
    paths[#paths] = nil
    return wrk.format("DELETE", path, right)
end

local function change()
    if #paths == 0 then return append() end
    return wrk.format("PUT", paths[math.random(#paths)], right, '{"content":' .. TEXT .. '}')
end

local function send()
    sent = sent + 1
    -- Older ones make room.
    if sent % 2 == 0 then return wrk.format("DELETE", session("t", sent - 41), right) end
    local body = string.format('{"identity":"user_id:a","body":"Hello","session_id":"%st%d"}', prefix, sent)
    return wrk.format("POST", "/v1/Assistants/" .. assistant .. "/Messages", right, body)
end

local function append_once()
    local key = with("Idempotency-Key", prefix .. math.random(1000))
    return wrk.format("POST", "/v1/Sessions/once/Messages", key, BODY)
end

local function look()
    local draw = math.random(5)
    if draw == 1 then return wrk.format("GET", "/v1/Sessions?PageSize=20", right) end
    if draw == 2 then return wrk.format("GET", "/v1/Assistants", right) end
    if draw == 3 then return wrk.format("GET", "/v1/Assistants/" .. assistant, right) end
    if draw == 4 then return wrk.format("GET", random_session(), right) end
    return wrk.format("GET", "/ready")
end

local function bad()
    local draw = math.random(6)
    if draw == 1 then return wrk.format("POST", random_session() .. "/Messages", right, '{"role":"user"') end
    if draw == 2 then return wrk.format("GET", random_session() .. "/Messages?PageToken=PAAAAA", right) end
    if draw == 3 then return wrk.format("GET", session("none", math.random(1e6)) .. "/Messages", right) end
    if draw == 4 then return wrk.format("PATCH", random_session(), right) end
    if draw == 5 then return wrk.format("GET", "/v1/Sessions/%zz", right) end
    return wrk.format("POST", "/v1/Assistants", right, '{"name":7}')
end

local function fail_login()
    local headers = with("Authorization", "Basic QUMwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjpub3QgaXQ=")
    -- More addresses than are remembered.
    headers["X-Forwarded-For"] = string.format("10.%d.%d.%d", math.random(4), math.random(0, 99), math.random(0, 99))
    return wrk.format("GET", "/v1/Sessions", headers)
end

-- Of a hundred requests.
local MIX = {
    { list, 48 }, { list_compressed, 10 }, { delete_or_append, 14 }, { change, 8 }, { send, 6 }, { append_once, 2 }, { look, 4 }, { bad, 4 },
    { fail_login, 4 },
}

function request()
    local draw = math.random(100)
    for _, kind in ipairs(MIX) do
        draw = draw - kind[2]
        if draw <= 0 then return kind[1]() end
    end
end

function response(status, headers, body)
    answered = answered + 1
    if status >= 500 then odd = odd + 1 end
    if status == 201 then
        local id, session = body:match('^{"id":"(aia_msg_[^"]+)".-"session_id":"([^"]+)"')
        if id and session ~= "once" then
            paths[#paths + 1] = string.format("/v1/Sessions/%s/Messages/%s", session, id)
        end
    elseif status == 200 and math.random(4) == 1 then
        following = body:match('"next_page_url":"http://[^/]+([^"]+)"')
    end
end

function done(summary)
    local errors = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
    print(string.format("RESULT %d %d %d", thread:get("answered"), thread:get("odd") + errors, summary.duration))
end
