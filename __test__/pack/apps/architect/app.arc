@app
auth

@aws
runtime nodejs20.x

@http
/*
  method any
  src server
